package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.model.layer.Linear;
import io.dmm.tensor.Ops;
import io.dmm.weights.Weights;

/** Sinusoids of the timestep (Ho et al., arXiv 2006.11239, section 3.3), then a small MLP. */
final class TimestepEmbedding {
    private static final double MAX_PERIOD = 10_000;

    private final int channels;
    private final Linear linear1;
    private final Linear linear2;

    TimestepEmbedding(Weights weights, int channels, int width) {
        this.channels = channels;
        linear1 = Linear.of(weights.at("linear_1"), channels, width);
        linear2 = Linear.of(weights.at("linear_2"), width, width);
    }

    /** Sinusoids (B, C) → (B, D). */
    NDArray forward(NDArray sinusoids) {
        return linear2.forward(Ops.silu(linear1.forward(sinusoids)));
    }

    /**
     * One timestep per sample → (B, C): cosines, then sines, each of C/2 geometrically falling
     * frequencies; as in the reference, in fp32.
     */
    NDArray sinusoids(NDManager manager, float[] timesteps) {
        int half = channels / 2;
        float[] values = new float[timesteps.length * channels];
        for (int i = 0; i < half; i++) {
            float exponent = (float) -Math.log(MAX_PERIOD) * i / half;
            float frequency = (float) Math.exp(exponent);
            for (int row = 0; row < timesteps.length; row++) {
                float angle = timesteps[row] * frequency;
                values[row * channels + i] = (float) Math.cos(angle);
                values[row * channels + half + i] = (float) Math.sin(angle);
            }
        }
        return Ops.create(manager, values, new Shape(timesteps.length, channels));
    }
}
