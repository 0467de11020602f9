package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/**
 * Multistep sampling of latent consistency models (Luo et al. 2023, arXiv 2310.04378, Algorithm 3):
 * the network leaps to the picture, which is put under fresh noise for the next leap. For networks
 * distilled for it, with few steps and little guidance.
 */
final class Lcm implements SamplingMethod {
    /** The steps of the solver that the published networks were distilled with. */
    private static final int SOLVER_STEPS = 50;

    /**
     * Of the boundary condition c_skip x + c_out x0, which leaves a picture without noise as it is.
     */
    private static final double SIGMA_DATA = 0.5;

    private static final double TIMESTEP_SCALE = 10;

    @Override
    public NDArray run(SamplingLoop loop) {
        NoiseSchedule schedule = loop.schedule();
        int[] timesteps = timesteps(schedule.config().numTrainTimesteps(), loop.steps());
        int start = timesteps[loop.first()];
        NDArray latents = loop.start(schedule.alpha(start), schedule.sigma(start), 1);
        for (int i = loop.first(); i < timesteps.length; i++) {
            int t = timesteps[i];
            NDArray denoised = loop.denoised(latents, t, schedule.alpha(t), schedule.sigma(t));
            double scaled = t * TIMESTEP_SCALE;
            double norm = Math.hypot(scaled, SIGMA_DATA);
            double skip = SIGMA_DATA * SIGMA_DATA / (norm * norm);
            denoised.muli((float) (scaled / norm)).addi(latents.mul((float) skip));
            latents = denoised;
            if (i < timesteps.length - 1) {
                int next = timesteps[i + 1];
                latents = denoised.mul((float) schedule.alpha(next));
                latents.addi(loop.draw().mul((float) schedule.sigma(next)));
            }
            loop.endStep(latents);
        }
        return latents;
    }

    /** Evenly chosen ones of the solver's timesteps. */
    private static int[] timesteps(int numTrainTimesteps, int steps) {
        if (numTrainTimesteps < SOLVER_STEPS) {
            throw new IllegalArgumentException(
                    "LCM: num_train_timesteps, expected at least "
                            + SOLVER_STEPS
                            + " but was "
                            + numTrainTimesteps
                            + "; take another sampler for this model");
        }
        if (steps > SOLVER_STEPS) {
            throw new IllegalArgumentException(
                    "LCM: steps, expected 1 to "
                            + SOLVER_STEPS
                            + " but was "
                            + steps
                            + "; 4 to 8 are usual");
        }
        int stride = numTrainTimesteps / SOLVER_STEPS;
        int[] timesteps = new int[steps];
        for (int i = 0; i < steps; i++) {
            int skipped = (int) (i * ((double) SOLVER_STEPS / steps));
            timesteps[i] = (SOLVER_STEPS - skipped) * stride - 1;
        }
        return timesteps;
    }
}
