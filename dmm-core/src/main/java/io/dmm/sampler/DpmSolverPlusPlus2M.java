package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/**
 * DPM-Solver++ of order 2, multistep (Lu et al. 2022, arXiv 2211.01095), in λ = log(α / σ), ending
 * at σ = 0: Algorithm 2 for the ODE (η = 0), and SDE-DPM-Solver++(2M) of the same paper (η = 1),
 * which puts fresh noise in. The first step has no history and the last no finite λ: both are of
 * order 1.
 */
final class DpmSolverPlusPlus2M implements SamplingMethod {
    private final NoiseLevels.Spacing spacing;
    private final int eta;

    DpmSolverPlusPlus2M(NoiseLevels.Spacing spacing, int eta) {
        this.spacing = spacing;
        this.eta = eta;
    }

    @Override
    public NDArray run(SamplingLoop loop) {
        NoiseLevels levels = spacing.over(loop.schedule(), loop.steps());
        int first = loop.first();
        NDArray latents = loop.start(levels.alpha(first), levels.sigma(first), 1);
        NDArray previous = null;
        for (int i = first; i < loop.steps(); i++) {
            NDArray denoised =
                    loop.denoised(latents, levels.timestep(i), levels.alpha(i), levels.sigma(i));
            boolean firstOrder = previous == null || i == loop.steps() - 1;
            NDArray direction = firstOrder ? denoised : extrapolated(levels, i, denoised, previous);

            double shrink = levels.ratio(i + 1) / levels.ratio(i); // e^-h
            double kept = levels.sigma(i + 1) / levels.sigma(i) * Math.pow(shrink, eta);
            double gained = levels.alpha(i + 1) * (1 - Math.pow(shrink, 1 + eta));
            latents = latents.mul((float) kept).addi(direction.mul((float) gained));
            if (eta > 0) {
                double fresh = levels.sigma(i + 1) * Math.sqrt(1 - Math.pow(shrink, 2 * eta));
                latents.addi(loop.draw().mul((float) fresh));
            }
            loop.endStep(latents, denoised);
            previous = denoised;
        }
        return latents;
    }

    /** D = (1 + 1/2r) x0 − 1/2r x0' with r = h'/h, the picture half way through step {@code i}. */
    static NDArray extrapolated(NoiseLevels levels, int i, NDArray denoised, NDArray previous) {
        double halfOverR = levels.rise(i) / (2 * levels.rise(i - 1));
        return denoised.sub(previous).muli((float) halfOverR).addi(denoised);
    }
}
