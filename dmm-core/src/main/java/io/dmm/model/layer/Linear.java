package io.dmm.model.layer;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Ops;
import io.dmm.weights.Weights;

/** y = x Wᵀ + b: (…, in) → (…, out). */
public final class Linear {
    private final NDArray weight;
    private final NDArray bias;

    private Linear(NDArray weight, NDArray bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /** Takes {@code weight} (out, in) and {@code bias} (out). */
    public static Linear of(Weights weights, int in, int out) {
        return new Linear(weights.kernel("weight", out, in), weights.get("bias", out));
    }

    /** Takes {@code weight} (out, in) only. */
    public static Linear withoutBias(Weights weights, int in, int out) {
        return new Linear(weights.kernel("weight", out, in), null);
    }

    public NDArray forward(NDArray x) {
        return Ops.linear(x, weight, bias);
    }

    /** The projection gated by GELU, half as wide. */
    public NDArray geglu(NDArray x) {
        return Ops.geglu(x, weight, bias);
    }
}
