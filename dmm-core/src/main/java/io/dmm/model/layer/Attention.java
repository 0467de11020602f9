package io.dmm.model.layer;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Ops;
import io.dmm.weights.Weights;

/** Multi-head attention of tokens (B, S, D) to a context (B, S', D'), without input biases. */
final class Attention {
    private final Linear toQ;
    private final Linear toK;
    private final Linear toV;
    private final Linear toOut;
    private final int heads;

    Attention(Weights weights, int width, int contextWidth, int heads) {
        this.toQ = Linear.withoutBias(weights.at("to_q"), width, width);
        this.toK = Linear.withoutBias(weights.at("to_k"), contextWidth, width);
        this.toV = Linear.withoutBias(weights.at("to_v"), contextWidth, width);
        this.toOut = Linear.of(weights.at("to_out.0"), width, width);
        this.heads = heads;
    }

    /** Self-attention when {@code context} is {@code x}. */
    NDArray forward(NDArray x, NDArray context) {
        return toOut.forward(
                Ops.attention(toQ.forward(x), toK.forward(context), toV.forward(context), heads));
    }
}
