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
            latents = step(schedule, latents, loop.predict(latents, t), t, t - stride);
            loop.endStep(latents);
        }
        return latents;
    }

    /** From one timestep to another as if the prediction held all the way; below 0 lies the end. */
    static NDArray step(
            NoiseSchedule schedule, NDArray latents, NDArray prediction, int from, int to) {
        PredictionType type = schedule.config().predictionType();
        float alpha = (float) schedule.alpha(from);
        float sigma = (float) schedule.sigma(from);
        NDArray denoised = type.denoised(latents, prediction, alpha, sigma);
        NDArray noise = type.noise(latents, prediction, alpha, sigma);
        double left = alphaCumprod(schedule, to);
        return denoised.muli((float) Math.sqrt(left)).addi(noise.mul((float) Math.sqrt(1 - left)));
    }

    private static double alphaCumprod(NoiseSchedule schedule, int timestep) {
        if (timestep < 0) {
            return schedule.config().setAlphaToOne() ? 1 : schedule.alphaCumprod(0);
        }
        return schedule.alphaCumprod(timestep);
    }
}
