package io.dmm.model.layer;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Ops;
import io.dmm.weights.Weights;

/** Convolution with a square kernel: (B, in, H, W) → (B, out, H, W), or halved by downsampling. */
public final class Conv2d {
    private final NDArray weight;
    private final NDArray bias;

    /** Takes {@code weight} (out, in, kernel, kernel) and {@code bias} (out). */
    public Conv2d(Weights weights, int in, int out, int kernel) {
        weight = weights.kernel("weight", out, in, kernel, kernel);
        bias = weights.get("bias", out);
    }

    public NDArray forward(NDArray x) {
        return Ops.conv2d(x, weight, bias);
    }

    /** Stride 2, padding 1 all round, as in the UNet. */
    public NDArray downsample(NDArray x) {
        return Ops.conv2dDownsample(x, weight, bias);
    }

    /** Stride 2, padding 1 at the right and bottom only, as in the VAE. */
    public NDArray downsamplePaddedRight(NDArray x) {
        return Ops.conv2dDownsamplePaddedRight(x, weight, bias);
    }
}
