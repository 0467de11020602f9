package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/** DDIM without fresh noise (Song et al. 2021, arXiv 2010.02502, Eq. 12 with η = 0). */
final class Ddim implements SamplingMethod {
    @Override
    public NDArray run(SamplingLoop loop) {
        NoiseSchedule schedule = loop.schedule();
        // diffusers steps by this stride whatever the spacing, even where the next timestep differs
        int stride = schedule.config().numTrainTimesteps() / loop.steps();
        int[] timesteps = schedule.timesteps(loop.steps(), TimestepSpacing.LEADING);
        int start = timesteps[loop.first()];
        NDArray latents = loop.start(schedule.alpha(start), schedule.sigma(start), 1);
        for (int i = loop.first(); i < timesteps.length; i++) {
            int t = timesteps[i];
            double left = schedule.alphaCumprodAfterStep(t - stride, true);
            latents = step(schedule, latents, loop.predict(latents, t), t, left);
            loop.endStep(latents);
        }
        return latents;
    }

    /** From a timestep to where {@code left} is ᾱ, as if the prediction held all the way. */
    static NDArray step(
            NoiseSchedule schedule, NDArray latents, NDArray prediction, int from, double left) {
        PredictionType type = schedule.config().predictionType();
        float alpha = (float) schedule.alpha(from);
        float sigma = (float) schedule.sigma(from);
        NDArray denoised = type.denoised(latents, prediction, alpha, sigma);
        NDArray noise = type.noise(latents, prediction, alpha, sigma);
        return denoised.muli((float) Math.sqrt(left)).addi(noise.mul((float) Math.sqrt(1 - left)));
    }
}
