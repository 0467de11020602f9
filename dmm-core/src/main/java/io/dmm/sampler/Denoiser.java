package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/** What the network predicts, kept apart from how a {@link Sampler} integrates it. */
@FunctionalInterface
public interface Denoiser {
    /**
     * Predicts noise or velocity, as the schedule's {@link PredictionType} says.
     *
     * @param latents (B, C, H, W), alive for this call only
     * @param timestep 0 ≤ timestep &lt; numTrainTimesteps
     * @return (B, C, H, W), a new array that the sampler takes over and closes
     */
    NDArray predict(NDArray latents, double timestep);
}
