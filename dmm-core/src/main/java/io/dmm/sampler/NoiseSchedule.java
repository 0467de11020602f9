package io.dmm.sampler;

import java.util.Arrays;

/**
 * The forward process x_t = α_t x0 + σ_t noise over the training timesteps (Ho et al. 2020, Eq. 4),
 * where α_t² = ᾱ_t and σ_t² = 1 − ᾱ_t. Immutable.
 */
public final class NoiseSchedule {
    private final NoiseScheduleConfig config;
    private final float[] alphasCumprod;

    /** Computes ᾱ of every training timestep. */
    public NoiseSchedule(NoiseScheduleConfig config) {
        this.config = config;
        this.alphasCumprod = config.betas().values(config.numTrainTimesteps());
        double product = 1;
        for (int t = 0; t < alphasCumprod.length; t++) {
            product *= 1 - alphasCumprod[t];
            alphasCumprod[t] = (float) product;
        }
    }

    /** What this schedule was computed from. */
    public NoiseScheduleConfig config() {
        return config;
    }

    /** ᾱ_t, from nearly 1 at timestep 0 to nearly 0 at the last. */
    public double alphaCumprod(int timestep) {
        return alphasCumprod[timestep];
    }

    /**
     * ᾱ that a step leads to; below timestep 0 lies the end of the last one.
     *
     * @param samplersOwn whether the end has ᾱ = 1 where the config leaves it open
     */
    double alphaCumprodAfterStep(int timestep, boolean samplersOwn) {
        if (timestep >= 0) {
            return alphasCumprod[timestep];
        }
        Boolean one = config.setAlphaToOne();
        return (one == null ? samplersOwn : one) ? 1 : alphasCumprod[0];
    }

    /** α_t = √ᾱ_t, the share of the picture in the latents. */
    public double alpha(int timestep) {
        return Math.sqrt(alphasCumprod[timestep]);
    }

    /** σ_t = √(1 − ᾱ_t), the share of the noise in the latents. */
    public double sigma(int timestep) {
        return Math.sqrt(1.0 - alphasCumprod[timestep]);
    }

    /**
     * The positions of a sampler that evaluates both ends of the spacing and what lies between
     * timesteps.
     *
     * @param samplersOwn the spacing to take where the config leaves it open
     * @return {@code steps} strictly falling positions
     */
    double[] positions(int steps, TimestepSpacing samplersOwn) {
        return checked(spaced(steps, spacing(samplersOwn)));
    }

    /**
     * The timesteps of a sampler that evaluates both ends of the spacing.
     *
     * @param samplersOwn the spacing to take where the config leaves it open
     * @return {@code steps} strictly falling timesteps
     */
    int[] timesteps(int steps, TimestepSpacing samplersOwn) {
        return whole(spaced(steps, spacing(samplersOwn)));
    }

    /**
     * The timesteps of a sampler whose last step leads to the end of the spacing, so that one more
     * point is laid out and then left off.
     *
     * @param samplersOwn the spacing to take where the config leaves it open
     * @return {@code steps} strictly falling timesteps
     */
    int[] timestepsBeforeEnd(int steps, TimestepSpacing samplersOwn) {
        TimestepSpacing spacing = spacing(samplersOwn);
        // trailing spacing leaves the end out by itself
        return whole(
                spacing == TimestepSpacing.TRAILING
                        ? spaced(steps, spacing)
                        : Arrays.copyOf(spaced(steps + 1, spacing), steps));
    }

    /** The spacing of the config, or the sampler's own where the config leaves it open. */
    TimestepSpacing spacing(TimestepSpacing samplersOwn) {
        return config.timestepSpacing() == null ? samplersOwn : config.timestepSpacing();
    }

    private double[] spaced(int count, TimestepSpacing spacing) {
        return spacing.positions(count, config.numTrainTimesteps(), config.stepsOffset());
    }

    private int[] whole(double[] positions) {
        // ties go to the even neighbour, as in numpy
        double[] rounded = Arrays.stream(positions).map(Math::rint).toArray();
        return Arrays.stream(checked(rounded)).mapToInt(position -> (int) position).toArray();
    }

    private double[] checked(double[] positions) {
        boolean falls = positions[0] < config.numTrainTimesteps();
        for (int i = 1; i < positions.length; i++) {
            falls &= positions[i] < positions[i - 1];
        }
        if (!falls) {
            throw new IllegalArgumentException(
                    "sampler: steps, expected as many as fit on the timesteps 0 to "
                            + (config.numTrainTimesteps() - 1)
                            + " with an offset of "
                            + config.stepsOffset()
                            + " but was "
                            + positions.length
                            + "; ask for fewer steps");
        }
        return positions;
    }
}
