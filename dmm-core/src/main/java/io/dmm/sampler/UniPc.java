package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/**
 * UniPC of order 2 (Zhao et al. 2023, arXiv 2302.04867, Algorithms 1 and 2 with B(h) = e^h − 1), in
 * λ = log(α / σ) and predicting the picture: each evaluation first corrects the latents it was made
 * of, then predicts the next ones. It costs no more than a predictor alone.
 */
final class UniPc implements SamplingMethod {
    @Override
    public NDArray run(SamplingLoop loop) {
        NoiseLevels levels = NoiseLevels.beforeEnd(loop.schedule(), loop.steps());
        int first = loop.first();
        NDArray latents = loop.start(levels.alpha(first), levels.sigma(first), 1);
        NDArray corrected = null; // latents of the last level
        NDArray last = null; // the picture seen there
        NDArray lastButOne = null;
        for (int i = first; i < loop.steps(); i++) {
            NDArray denoised =
                    loop.denoised(latents, levels.timestep(i), levels.alpha(i), levels.sigma(i));
            if (last != null) {
                NDArray change = change(levels, i - 1, lastButOne, last, denoised);
                latents = step(levels, i - 1, corrected, last.add(change));
            }
            corrected = latents;
            lastButOne = last;
            last = denoised;

            boolean firstOrder = lastButOne == null || i == loop.steps() - 1;
            NDArray direction =
                    firstOrder
                            ? last
                            : DpmSolverPlusPlus2M.extrapolated(levels, i, last, lastButOne);
            latents = step(levels, i, corrected, direction);
            if (lastButOne == null) {
                loop.endStep(latents, corrected, last);
            } else {
                loop.endStep(latents, corrected, last, lastButOne);
            }
        }
        return latents;
    }

    /** The exact solution of step {@code i} if the picture were {@code direction} all along. */
    private static NDArray step(NoiseLevels levels, int i, NDArray latents, NDArray direction) {
        double kept = levels.sigma(i + 1) / levels.sigma(i);
        double gained = -levels.alpha(i + 1) * Math.expm1(-levels.rise(i));
        return latents.mul((float) kept).addi(direction.mul((float) gained));
    }

    /**
     * The corrector's ρ1 D1 / r1 + ρ2 D2 of step {@code i}: how the picture changes by what is
     * known of it before ({@code lastButOne}, null in the first step) and at its end ({@code
     * next}).
     */
    private static NDArray change(
            NoiseLevels levels, int i, NDArray lastButOne, NDArray last, NDArray next) {
        NDArray ahead = next.sub(last);
        if (lastButOne == null) {
            return ahead.muli(0.5f);
        }
        double h = -levels.rise(i);
        double r = -levels.rise(i - 1) / levels.rise(i);
        // R ρ = b of order 2: ρ1 + ρ2 = b1 and r ρ1 + ρ2 = b2, with b of h φ2(h) and h² φ3(h)
        double phi2 = Math.expm1(h) / h - 1;
        double phi3 = phi2 / h - 0.5;
        double b1 = phi2 / Math.expm1(h);
        double b2 = 2 * phi3 / Math.expm1(h);
        double rho1 = (b1 - b2) / (1 - r);
        NDArray behind = lastButOne.sub(last).muli((float) (rho1 / r));
        return ahead.muli((float) (b1 - rho1)).addi(behind);
    }
}
