package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/**
 * Where a {@link Sampler} takes its noise from: first that of the start, then that of its steps.
 */
@FunctionalInterface
public interface NoiseSource {
    /**
     * Draws standard normal values that are independent of all before.
     *
     * @return (B, C, H, W), a new array that the sampler takes over and closes
     */
    NDArray draw();
}
