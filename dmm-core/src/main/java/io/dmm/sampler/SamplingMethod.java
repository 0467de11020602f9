package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/** The algorithm behind a {@link Sampler}. */
@FunctionalInterface
interface SamplingMethod {
    /**
     * Runs {@code loop.total()} steps.
     *
     * @param latents (B, C, H, W) standard normal, in the memory of the loop's first step
     * @return (B, C, H, W) denoised latents, in the memory of the loop
     */
    NDArray run(Denoiser denoiser, NDArray latents, NoiseSchedule schedule, SamplingLoop loop);
}
