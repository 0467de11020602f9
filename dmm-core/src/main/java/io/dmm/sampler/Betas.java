package io.dmm.sampler;

/**
 * The variances β that the forward process adds from the first timestep to the last.
 *
 * @param start β of the first timestep, 0 &lt; start ≤ end
 * @param end β of the last timestep, below 1
 */
public record Betas(Curve curve, double start, double end) {
    public Betas {
        if (!(start > 0 && start <= end && end < 1)) {
            throw new IllegalArgumentException(
                    "beta_start and beta_end, expected 0 < beta_start <= beta_end < 1 but was "
                            + start
                            + " and "
                            + end);
        }
    }

    /** How β grows between its two ends. */
    public enum Curve {
        /** β is linear (Ho et al. 2020). */
        LINEAR,
        /** √β is linear (Rombach et al. 2022, latent diffusion). */
        SCALED_LINEAR
    }

    /**
     * β of every timestep, in the 32-bit arithmetic that the published models were trained with.
     */
    float[] values(int numTrainTimesteps) {
        return switch (curve) {
            case LINEAR -> linspace((float) start, (float) end, numTrainTimesteps);
            case SCALED_LINEAR ->
                    squared(
                            linspace(
                                    (float) Math.sqrt(start),
                                    (float) Math.sqrt(end),
                                    numTrainTimesteps));
        };
    }

    private static float[] linspace(float first, float last, int count) {
        float[] values = new float[count];
        float step = (last - first) / (count - 1);
        for (int i = 0; i < count; i++) {
            // from both ends, as torch does, so that both are exact
            values[i] = i < count / 2 ? first + step * i : last - step * (count - 1 - i);
        }
        return values;
    }

    private static float[] squared(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= values[i];
        }
        return values;
    }
}
