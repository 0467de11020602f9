package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/** The algorithm behind a {@link Sampler}. */
@FunctionalInterface
interface SamplingMethod {
    /**
     * Takes the steps from {@code loop.first()} to the last.
     *
     * @return (B, C, H, W) denoised latents, in the memory of the loop
     */
    NDArray run(SamplingLoop loop);
}
