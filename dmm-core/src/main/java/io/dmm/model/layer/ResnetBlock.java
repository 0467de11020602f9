package io.dmm.model.layer;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;

/** Two normalised 3×3 convolutions with a residual: (B, in, H, W) → (B, out, H, W). */
public final class ResnetBlock {
    private final GroupNorm norm1;
    private final Conv2d conv1;
    private final Linear timeEmbProj;
    private final GroupNorm norm2;
    private final Conv2d conv2;
    private final Conv2d convShortcut;

    private ResnetBlock(
            Weights weights, int in, int out, int embeddingWidth, int normGroups, double eps) {
        norm1 = new GroupNorm(weights.at("norm1"), in, normGroups, eps);
        conv1 = new Conv2d(weights.at("conv1"), in, out, 3);
        timeEmbProj =
                embeddingWidth == 0
                        ? null
                        : Linear.of(weights.at("time_emb_proj"), embeddingWidth, out);
        norm2 = new GroupNorm(weights.at("norm2"), out, normGroups, eps);
        conv2 = new Conv2d(weights.at("conv2"), out, out, 3);
        convShortcut = in == out ? null : new Conv2d(weights.at("conv_shortcut"), in, out, 1);
    }

    /** A block that is told the timestep and style by an embedding. */
    public static ResnetBlock conditioned(
            Weights weights, int in, int out, int embeddingWidth, int normGroups, double eps) {
        return new ResnetBlock(weights, in, out, embeddingWidth, normGroups, eps);
    }

    /** A block of the VAE, which knows no timestep. */
    public static ResnetBlock unconditioned(
            Weights weights, int in, int out, int normGroups, double eps) {
        return new ResnetBlock(weights, in, out, 0, normGroups, eps);
    }

    public NDArray forward(NDArray x) {
        try (Scope scope = Scope.over(x)) {
            return scope.keep(residual(x, conv1.forward(norm1.silu(x))));
        }
    }

    /**
     * @param embedding (B, D), after its SiLU
     */
    public NDArray forward(NDArray x, NDArray embedding) {
        try (Scope scope = Scope.over(x, embedding)) {
            NDArray h = conv1.forward(norm1.silu(x));
            h = Ops.addChannelBias(h, timeEmbProj.forward(embedding));
            return scope.keep(residual(x, h));
        }
    }

    private NDArray residual(NDArray x, NDArray h) {
        NDArray shortcut = convShortcut == null ? x : convShortcut.forward(x);
        return shortcut.add(conv2.forward(norm2.silu(h)));
    }
}
