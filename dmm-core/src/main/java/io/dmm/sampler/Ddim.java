package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/** DDIM without fresh noise (Song et al. 2021, arXiv 2010.02502, Eq. 12 with η = 0). */
final class Ddim implements SamplingMethod {
    @Override
    public NDArray run(
            Denoiser denoiser, NDArray latents, NoiseSchedule schedule, SamplingLoop loop) {
        NoiseScheduleConfig config = schedule.config();
        PredictionType type = config.predictionType();
        // diffusers steps by this stride whatever the spacing, even where the next timestep differs
        int stride = config.numTrainTimesteps() / loop.total();
        for (int t : schedule.timesteps(loop.total(), TimestepSpacing.LEADING)) {
            NDArray prediction = loop.predict(denoiser, latents, t);
            float alpha = (float) schedule.alpha(t);
            float sigma = (float) schedule.sigma(t);
            NDArray denoised = type.denoised(latents, prediction, alpha, sigma);
            NDArray noise = type.noise(latents, prediction, alpha, sigma);

            double previous = alphaCumprod(schedule, t - stride);
            latents = denoised.mul((float) Math.sqrt(previous));
            latents.addi(noise.mul((float) Math.sqrt(1 - previous)));
            loop.endStep(latents);
        }
        return latents;
    }

    private static double alphaCumprod(NoiseSchedule schedule, int timestep) {
        if (timestep < 0) {
            return schedule.config().setAlphaToOne() ? 1 : schedule.alphaCumprod(0);
        }
        return schedule.alphaCumprod(timestep);
    }
}
