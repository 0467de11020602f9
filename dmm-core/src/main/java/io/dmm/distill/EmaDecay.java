package io.dmm.distill;

/**
 * How much of an {@link Ema} stays at an update.
 *
 * @param value the largest, in [0, 1)
 * @param warmsUp whether it grows up to there: (1 + n) / (10 + n) after n updates, and 0 at the
 *     first, as diffusers' {@code EMAModel} does by default, so that the first weights are
 *     forgotten soon
 */
public record EmaDecay(double value, boolean warmsUp) {
    public EmaDecay {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    "EMA: decay, expected at least 0 and below 1 but was "
                            + value
                            + "; 0.999 is usual");
        }
    }

    /** The same at every update. */
    public static EmaDecay constant(double value) {
        return new EmaDecay(value, false);
    }

    /** Growing up to {@code value}; what to take where one has no reason for another. */
    public static EmaDecay warmedUp(double value) {
        return new EmaDecay(value, true);
    }

    /** The decay at an update, counted from 0. */
    double at(long update) {
        if (!warmsUp) {
            return value;
        }
        return update == 0 ? 0 : Math.min(value, (1.0 + update) / (10 + update));
    }
}
