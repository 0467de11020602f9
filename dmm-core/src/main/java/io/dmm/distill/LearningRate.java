package io.dmm.distill;

/**
 * The learning rate over a run: a linear warm-up to the peak, then a curve.
 *
 * @param peak in (0, 1]
 * @param warmup steps until the peak is reached
 */
public record LearningRate(double peak, Curve curve, long warmup) {

    /** What the rate does after the warm-up. */
    public enum Curve {
        /** Stays at the peak. */
        CONSTANT,
        /** Falls to zero along a line. */
        LINEAR,
        /** Falls to zero along half a cosine (Loshchilov and Hutter, arXiv 1608.03983, Eq. 5). */
        COSINE
    }

    public LearningRate {
        if (!(peak > 0 && peak <= 1)) {
            throw new IllegalArgumentException(
                    "learning rate: expected a number in (0, 1] but was " + peak);
        }
        if (warmup < 0) {
            throw new IllegalArgumentException(
                    "learning rate: warm-up, expected at least 0 steps but was " + warmup);
        }
    }

    public static LearningRate constant(double rate) {
        return new LearningRate(rate, Curve.CONSTANT, 0);
    }

    public static LearningRate linear(double peak) {
        return new LearningRate(peak, Curve.LINEAR, 0);
    }

    public static LearningRate cosine(double peak) {
        return new LearningRate(peak, Curve.COSINE, 0);
    }

    public LearningRate withWarmup(long steps) {
        return new LearningRate(peak, curve, steps);
    }

    /** The rate of the given step, counted from 0, of a run of {@code total} steps. */
    double at(long step, long total) {
        if (step < warmup) {
            return peak * (step + 1) / warmup;
        }
        double done = (double) (step - warmup) / Math.max(1, total - warmup);
        return switch (curve) {
            case CONSTANT -> peak;
            case LINEAR -> peak * (1 - done);
            case COSINE -> peak * 0.5 * (1 + Math.cos(Math.PI * done));
        };
    }
}
