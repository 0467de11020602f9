package io.dmm.model.layer;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Ops;
import io.dmm.weights.Weights;

/** Layer normalisation of (B, S, D) over D. */
public final class LayerNorm {
    private static final double EPS = 1e-5;

    private final NDArray weight;
    private final NDArray bias;

    public LayerNorm(Weights weights, int width) {
        weight = weights.get("weight", width);
        bias = weights.get("bias", width);
    }

    public NDArray forward(NDArray x) {
        return Ops.layerNorm(x, weight, bias, EPS);
    }
}
