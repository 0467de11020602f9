package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/**
 * A run in the coordinates of Karras et al. (2022, arXiv 2206.00364): latents x = x0 + σ noise,
 * along which dx/dσ is the noise; the network sees them scaled to the variance it was trained on.
 */
final class VarianceExploding {
    private final SamplingLoop loop;
    private final NoiseLevels levels;

    VarianceExploding(SamplingLoop loop) {
        this.loop = loop;
        this.levels = NoiseLevels.spaced(loop.schedule(), loop.steps());
    }

    /** The latents of the first level. */
    NDArray start() {
        double sigma = sigma(loop.first());
        boolean leading =
                loop.schedule().spacing(TimestepSpacing.LINSPACE) == TimestepSpacing.LEADING;
        // diffusers takes noise for the whole of the latents only where the spacing begins early
        return loop.start(1, sigma, leading ? Math.hypot(sigma, 1) : sigma);
    }

    /** Karras's σ of level {@code i}; 0 after the last step. */
    double sigma(int i) {
        return levels.ratio(i);
    }

    /** The noise in latents of level {@code i}, which is dx/dσ. */
    NDArray noise(NDArray latents, int i) {
        double alpha = levels.alpha(i);
        return loop.noise(latents.mul((float) alpha), levels.timestep(i), alpha, levels.sigma(i));
    }
}
