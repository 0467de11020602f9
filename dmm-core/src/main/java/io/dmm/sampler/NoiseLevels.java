package io.dmm.sampler;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The noise levels that a run passes, from most noise to none. A level is known by its ratio σ / α,
 * the noise for each unit of picture, which Karras et al. (2022, arXiv 2206.00364) call σ. Between
 * two timesteps the ratio is linear, as in diffusers. Immutable.
 */
final class NoiseLevels {
    /** Karras et al., below Eq. 5. */
    private static final double RHO = 7;

    private final double[] timesteps;
    private final double[] ratios;

    private NoiseLevels(double[] timesteps, double[] ratios) {
        this.timesteps = timesteps;
        this.ratios = ratios;
    }

    /** How levels are chosen; one of the static methods of this class. */
    @FunctionalInterface
    interface Spacing {
        NoiseLevels over(NoiseSchedule schedule, int steps);
    }

    /** Both ends of the spacing and what lies between them, whole timesteps or not. */
    static NoiseLevels spaced(NoiseSchedule schedule, int steps) {
        return at(schedule, schedule.positions(steps, TimestepSpacing.LINSPACE));
    }

    /** Whole timesteps, such that the last step leads to the end of the spacing. */
    static NoiseLevels beforeEnd(NoiseSchedule schedule, int steps) {
        int[] timesteps = schedule.timestepsBeforeEnd(steps, TimestepSpacing.LINSPACE);
        return at(schedule, Arrays.stream(timesteps).asDoubleStream().toArray());
    }

    /**
     * Dense where there is little noise (Karras et al., Eq. 5); the network is told the nearest
     * whole timestep.
     */
    static NoiseLevels karras(NoiseSchedule schedule, int steps) {
        int last = schedule.config().numTrainTimesteps() - 1;
        double highest = Math.pow(ratio(schedule, last), 1 / RHO);
        double lowest = Math.pow(ratio(schedule, 0), 1 / RHO);
        double[] ratios = new double[steps + 1];
        double[] timesteps = new double[steps];
        for (int i = 0; i < steps; i++) {
            double ramp = (double) i / Math.max(1, steps - 1);
            ratios[i] = Math.pow(highest + ramp * (lowest - highest), RHO);
            timesteps[i] = Math.rint(timestep(schedule, ratios[i]));
        }
        return new NoiseLevels(timesteps, ratios);
    }

    private static NoiseLevels at(NoiseSchedule schedule, double[] timesteps) {
        double[] ratios = new double[timesteps.length + 1];
        Arrays.setAll(ratios, i -> i < timesteps.length ? interpolated(schedule, timesteps[i]) : 0);
        return new NoiseLevels(timesteps, ratios);
    }

    private static double ratio(NoiseSchedule schedule, int timestep) {
        return schedule.sigma(timestep) / schedule.alpha(timestep);
    }

    private static double interpolated(NoiseSchedule schedule, double timestep) {
        int below = (int) timestep;
        double ratio = ratio(schedule, below);
        double share = timestep - below;
        return share == 0 ? ratio : ratio + share * (ratio(schedule, below + 1) - ratio);
    }

    /** The timestep of a ratio, interpolated in its logarithm. */
    private static double timestep(NoiseSchedule schedule, double ratio) {
        int last = schedule.config().numTrainTimesteps() - 1;
        int above =
                IntStream.range(1, last)
                        .filter(t -> ratio(schedule, t) > ratio)
                        .findFirst()
                        .orElse(last);
        double low = Math.log(ratio(schedule, above - 1));
        double high = Math.log(ratio(schedule, above));
        double share = (Math.log(ratio) - low) / (high - low);
        return above - 1 + Math.max(0, Math.min(1, share));
    }

    /** What the network is told of level {@code i}. */
    double timestep(int i) {
        return timesteps[i];
    }

    /** σ / α; 0 after the last step. */
    double ratio(int i) {
        return ratios[i];
    }

    /** α, the share of the picture; 1 after the last step. */
    double alpha(int i) {
        return 1 / Math.sqrt(1 + ratios[i] * ratios[i]);
    }

    /** σ, the share of the noise; 0 after the last step. */
    double sigma(int i) {
        return ratios[i] * alpha(i);
    }

    /** h of step {@code i}: how far λ = log(α / σ) rises; infinite in the last. */
    double rise(int i) {
        return Math.log(ratios[i]) - Math.log(ratios[i + 1]);
    }
}
