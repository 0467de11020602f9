package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/**
 * DPM-Solver++ of order 2, multistep (Lu et al. 2022, arXiv 2211.01095, Algorithm 2), in λ = log(α
 * / σ), ending at σ = 0. The first step has no history and the last no finite λ: both are of order
 * 1.
 */
final class DpmSolverPlusPlus2M implements SamplingMethod {
    @Override
    public NDArray run(
            Denoiser denoiser, NDArray latents, NoiseSchedule schedule, SamplingLoop loop) {
        PredictionType type = schedule.config().predictionType();
        int[] timesteps = schedule.timestepsBeforeEnd(loop.total(), TimestepSpacing.LINSPACE);
        NDArray previous = null;
        double previousH = 0;
        for (int i = 0; i < timesteps.length; i++) {
            int s = timesteps[i];
            boolean last = i == timesteps.length - 1;
            NDArray prediction = loop.predict(denoiser, latents, s);
            float alpha = (float) schedule.alpha(s);
            float sigma = (float) schedule.sigma(s);
            NDArray denoised = type.denoised(latents, prediction, alpha, sigma);

            double alphaT = last ? 1 : schedule.alpha(timesteps[i + 1]);
            double sigmaT = last ? 0 : schedule.sigma(timesteps[i + 1]);
            double h = Math.log(alphaT / sigmaT) - Math.log(schedule.alpha(s) / schedule.sigma(s));
            NDArray direction = denoised;
            if (previous != null && !last) {
                // D = (1 + 1/2r) x0 − 1/2r x0', r = h'/h
                double halfOverR = h / (2 * previousH);
                direction = denoised.sub(previous).muli((float) halfOverR).addi(denoised);
            }
            latents = latents.mul((float) (sigmaT / schedule.sigma(s)));
            latents.addi(direction.mul((float) (-alphaT * Math.expm1(-h))));
            loop.endStep(latents, denoised);
            previous = denoised;
            previousH = h;
        }
        return latents;
    }
}
