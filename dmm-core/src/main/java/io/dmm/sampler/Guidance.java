package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/**
 * Classifier-free guidance (Ho and Salimans 2022, arXiv 2207.12598) with the scale counted as in
 * Imagen and diffusers: 1 is conditional, more exaggerates the condition. Below 1 it leads towards
 * the unconditional prediction, which is all of it at 0; diffusers takes every scale up to 1 for 1.
 */
public record Guidance(double scale) {
    public Guidance {
        if (!(scale >= 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "guidance: scale, expected a finite number of at least 0 but was " + scale);
        }
    }

    /** Whether the unconditional prediction has any influence; if not, it need not be computed. */
    public boolean needsUnconditional() {
        return scale != 1;
    }

    /**
     * Combines two predictions of one shape: uncond + scale (cond − uncond).
     *
     * @return a new array beside {@code cond}, which at scale 1 has exactly its values
     */
    public NDArray combine(NDArray uncond, NDArray cond) {
        if (!needsUnconditional()) {
            return cond.duplicate();
        }
        return cond.sub(uncond).muli((float) scale).addi(uncond);
    }
}
