package io.dmm.model.layer;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;

/** Self-attention, attention to the context, gated feed-forward; each normalised and residual. */
final class TransformerBlock {
    private final LayerNorm norm1;
    private final Attention attn1;
    private final LayerNorm norm2;
    private final Attention attn2;
    private final LayerNorm norm3;
    private final Linear feedForwardIn;
    private final Linear feedForwardOut;

    TransformerBlock(Weights weights, int width, int contextWidth, int heads) {
        norm1 = new LayerNorm(weights.at("norm1"), width);
        attn1 = new Attention(weights.at("attn1"), width, width, heads);
        norm2 = new LayerNorm(weights.at("norm2"), width);
        attn2 = new Attention(weights.at("attn2"), width, contextWidth, heads);
        norm3 = new LayerNorm(weights.at("norm3"), width);
        feedForwardIn = Linear.of(weights.at("ff.net.0.proj"), width, 8 * width);
        feedForwardOut = Linear.of(weights.at("ff.net.2"), 4 * width, width);
    }

    NDArray forward(NDArray x, NDArray context) {
        try (Scope scope = Scope.over(x, context)) {
            NDArray h = norm1.forward(x);
            h = x.add(attn1.forward(h, h));
            h = h.add(attn2.forward(norm2.forward(h), context));
            h = h.add(feedForwardOut.forward(feedForwardIn.geglu(norm3.forward(h))));
            return scope.keep(h);
        }
    }
}
