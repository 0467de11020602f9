package io.dmm.model.layer;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;

/**
 * Transformer over the pixels of a feature map, conditioned on the text (diffusers' {@code
 * Transformer2DModel}): (B, C, H, W) with a context (B, S, D) → (B, C, H, W).
 */
public final class SpatialTransformer {
    /** Differs from the rest of the UNet in the reference, too. */
    private static final double NORM_EPS = 1e-6;

    private final GroupNorm norm;
    private final Conv2d projIn;
    private final TransformerBlock block;
    private final Conv2d projOut;

    public SpatialTransformer(
            Weights weights, int channels, int contextWidth, int heads, int normGroups) {
        norm = new GroupNorm(weights.at("norm"), channels, normGroups, NORM_EPS);
        projIn = new Conv2d(weights.at("proj_in"), channels, channels, 1);
        block =
                new TransformerBlock(
                        weights.at("transformer_blocks.0"), channels, contextWidth, heads);
        projOut = new Conv2d(weights.at("proj_out"), channels, channels, 1);
    }

    public NDArray forward(NDArray x, NDArray context) {
        try (Scope scope = Scope.over(x)) {
            NDArray tokens = Ops.pixelsToTokens(projIn.forward(norm.forward(x)));
            NDArray h = Ops.tokensToPixels(block.forward(tokens, context), x);
            return scope.keep(x.add(projOut.forward(h)));
        }
    }
}
