package io.dmm.model.inception;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;

/**
 * Convolution, batch normalisation by running statistics, ReLU. As the normalisation is linear, it
 * is folded into the convolution: w ← w γ / √(σ² + ε), b = β − μ γ / √(σ² + ε).
 */
final class BasicConv2d implements Layer {
    private static final float EPS = 1e-3f;

    private final Plan.Conv plan;
    private final NDArray weight;
    private final NDArray bias;

    BasicConv2d(Weights weights, int in, Plan.Conv plan) {
        this.plan = plan;
        int out = plan.out();
        NDArray kernel = weights.get("conv.weight", out, in, plan.height(), plan.width());
        NDArray gamma = weights.get("bn.weight", out);
        NDArray beta = weights.get("bn.bias", out);
        NDArray mean = weights.get("bn.running_mean", out);
        NDArray variance = weights.get("bn.running_var", out);
        try (GradMode mode = GradMode.off();
                Scope scope = Scope.over(kernel, gamma, beta, mean, variance)) {
            NDArray scale = gamma.div(variance.add(EPS).sqrt());
            weight = scope.keep(kernel.mul(scale.reshape(out, 1, 1, 1)));
            bias = scope.keep(beta.sub(mean.mul(scale)));
        }
    }

    @Override
    public NDArray forward(NDArray x) {
        return plan.padded()
                ? Ops.conv2dRelu(x, weight, bias)
                : Ops.conv2dReluUnpadded(x, weight, bias, plan.stride());
    }
}
