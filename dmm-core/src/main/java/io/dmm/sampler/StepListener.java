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
     * @param latents (B, C, H, W) after that step, alive for this call only
     */
    void stepDone(int step, int total, NDArray latents);
}
