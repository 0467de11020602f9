package io.dmm.model.layer;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Ops;
import io.dmm.weights.Weights;

/** Group normalisation of (B, C, H, W) with a scale and shift per channel. */
public final class GroupNorm {
    private final NDArray weight;
    private final NDArray bias;
    private final int groups;
    private final double eps;

    public GroupNorm(Weights weights, int channels, int groups, double eps) {
        this.weight = weights.get("weight", channels);
        this.bias = weights.get("bias", channels);
        this.groups = groups;
        this.eps = eps;
    }

    public NDArray forward(NDArray x) {
        return Ops.groupNorm(x, weight, bias, groups, eps);
    }

    /** SiLU of the normalised input. */
    public NDArray silu(NDArray x) {
        return Ops.groupNormSilu(x, weight, bias, groups, eps);
    }
}
