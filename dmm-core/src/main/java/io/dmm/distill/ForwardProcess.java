package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.tensor.Ops;

/**
 * x_t = √ᾱ_t x0 + √(1−ᾱ_t) ε of a batch (Ho et al., arXiv 2006.11239, Eq. 4), in both directions.
 *
 * @param alphas √ᾱ_t of each sample, (B, 1, 1, 1)
 * @param sigmas √(1−ᾱ_t) of each sample, (B, 1, 1, 1)
 */
record ForwardProcess(NDArray alphas, NDArray sigmas) {

    /** The process at the timestep of each sample; its arrays are on {@code memory}. */
    static ForwardProcess at(NDManager memory, NoiseSchedule schedule, float[] timesteps) {
        int batch = timesteps.length;
        float[] alphas = new float[batch];
        float[] sigmas = new float[batch];
        for (int i = 0; i < batch; i++) {
            alphas[i] = (float) schedule.alpha((int) timesteps[i]);
            sigmas[i] = (float) schedule.sigma((int) timesteps[i]);
        }
        Shape perSample = new Shape(batch, 1, 1, 1);
        return new ForwardProcess(
                Ops.create(memory, alphas, perSample), Ops.create(memory, sigmas, perSample));
    }

    /** x_t of clean latents, (B, C, H, W). */
    NDArray noised(NDArray clean, NDArray noise) {
        return clean.mul(alphas).add(noise.mul(sigmas));
    }

    /** x̂0 = (x_t − √(1−ᾱ_t) ε) / √ᾱ_t, what one step makes of predicted noise, (B, C, H, W). */
    NDArray denoised(NDArray latents, NDArray noisePred) {
        return latents.sub(noisePred.mul(sigmas)).div(alphas);
    }
}
