package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/**
 * What a sampling run begins with: noise alone, or a picture under as much noise as is there after
 * a share of the steps (SDEdit, Meng et al. 2022, arXiv 2108.01073).
 *
 * @param picture scaled latents (B, C, H, W) that stay the caller's, or null for noise alone
 * @param strength the share of the steps that are taken, above 0 and at most 1
 */
public record Start(NDArray picture, double strength) {
    /** Noise alone and all steps. */
    public static final Start NOISE = new Start(null, 1);

    public Start {
        requireStrength(strength);
    }

    /** Refuses a strength outside its range. */
    public static void requireStrength(double strength) {
        if (!(strength > 0 && strength <= 1)) {
            throw new IllegalArgumentException(
                    "image to image: strength, expected above 0 and at most 1 but was " + strength);
        }
    }

    /**
     * How many of {@code steps} a strength takes, counted as diffusers does.
     *
     * @throws IllegalArgumentException if none
     */
    public static int taken(double strength, int steps) {
        int taken = (int) (steps * strength);
        if (taken == 0) {
            throw new IllegalArgumentException(
                    "image to image: strength, expected at least "
                            + 1.0 / steps
                            + " with "
                            + steps
                            + " steps but was "
                            + strength
                            + "; ask for more strength or more steps");
        }
        return taken;
    }

    /** How many of {@code steps} are left out at the noisy end. */
    int skipped(int steps) {
        return steps - taken(strength, steps);
    }
}
