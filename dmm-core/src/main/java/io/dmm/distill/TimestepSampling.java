package io.dmm.distill;

import io.dmm.tensor.PhiloxRandom;

/**
 * How often each timestep is drawn. A sample's score loss is divided by the density p(t) it was
 * drawn with, so that its expectation is that of uniform timesteps; drawing more where experts
 * differ only lessens the variance (importance sampling, as Nichol and Dhariwal, arXiv 2102.09672,
 * section 3.3). {@link FeatureImitation} is not divided by it.
 *
 * <p>With u = t/T in [0, 1), p(u) = a + 2 (1 − a)(1 − u): experts hardly differ in nearly pure
 * noise.
 *
 * @param uniformShare a, in (0, 1]
 */
public record TimestepSampling(double uniformShare) {
    /** Every timestep as often, as in the paper. */
    public static final TimestepSampling UNIFORM = new TimestepSampling(1);

    public TimestepSampling {
        if (!(uniformShare > 0 && uniformShare <= 1)) {
            throw new IllegalArgumentException(
                    "timesteps: uniform share, expected a number in (0, 1] but was "
                            + uniformShare);
        }
    }

    /**
     * Draws one of {@code count} timesteps by inverting the distribution a u + (1 − a)(2u − u²).
     */
    int draw(PhiloxRandom random, int count) {
        double v = random.nextDouble();
        double rest = 1 - uniformShare;
        double b = 1 + rest;
        double u = rest == 0 ? v : (b - Math.sqrt(b * b - 4 * rest * v)) / (2 * rest);
        return (int) Math.min(count - 1L, (long) (u * count));
    }

    /** 1/p of a timestep, the weight of its score loss. */
    double weight(int timestep, int count) {
        double u = (timestep + 0.5) / count;
        return 1 / (uniformShare + 2 * (1 - uniformShare) * (1 - u));
    }
}
