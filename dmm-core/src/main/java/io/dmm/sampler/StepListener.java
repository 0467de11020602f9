package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/** Is told of every finished step of a sampling run. */
@FunctionalInterface
public interface StepListener {
    /** Listens to nothing. */
    StepListener NONE = (step, total, latents) -> {};

    /**
     * Called on the sampling thread.
     *
     * @param step the step just finished, from 1 to {@code total}
     * @param latents (B, C, H, W) after that step, alive for this call only; as in diffusers,
     *     Euler, Euler a, Heun and LMS count them as x0 + σ noise, the others as α x0 + σ noise
     */
    void stepDone(int step, int total, NDArray latents);
}
