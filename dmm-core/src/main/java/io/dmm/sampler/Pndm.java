package io.dmm.sampler;

import ai.djl.ndarray.NDArray;
import java.util.LinkedList;

/**
 * Pseudo linear multistep (Liu et al. 2022, arXiv 2202.09778, Eq. 12), "PLMS": DDIM's step along an
 * Adams-Bashforth mean of the last four predictions. The first step takes the mean of the
 * predictions at its two ends instead of the paper's Runge-Kutta steps, as Stable Diffusion's
 * {@code skip_prk_steps} says. So does the first of the steps that are left from a picture;
 * diffusers repeats that timestep in the whole schedule only, and from a picture steps over one
 * noise level.
 */
final class Pndm implements SamplingMethod {
    /** Weights of the predictions, the newest first, by how many there are; the last are Eq. 12. */
    private static final double[][] ADAMS_BASHFORTH = {
        {1},
        {3 / 2.0, -1 / 2.0},
        {23 / 12.0, -16 / 12.0, 5 / 12.0},
        {55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0}
    };

    @Override
    public NDArray run(SamplingLoop loop) {
        NoiseSchedule schedule = loop.schedule();
        int stride = schedule.config().numTrainTimesteps() / loop.steps();
        int[] timesteps = schedule.timesteps(loop.steps(), TimestepSpacing.LEADING);
        int first = loop.first();
        NDArray latents =
                loop.start(schedule.alpha(timesteps[first]), schedule.sigma(timesteps[first]), 1);
        LinkedList<NDArray> predictions = new LinkedList<>(); // the newest first
        for (int i = first; i < timesteps.length; i++) {
            int from = timesteps[i];
            int to = from - stride;
            predictions.addFirst(loop.predict(latents, from));
            if (predictions.size() > ADAMS_BASHFORTH.length) {
                predictions.removeLast();
            }
            NDArray mean = mean(predictions);
            if (i == first && i < timesteps.length - 1) {
                NDArray ahead = step(schedule, latents, mean, from, to);
                // diffusers counts back from the next timestep, which other spacings set elsewhere
                to = timesteps[i + 1];
                from = to + stride;
                mean = mean.add(loop.predict(ahead, to)).divi(2);
            }
            latents = step(schedule, latents, mean, from, to);
            loop.endStep(latents, predictions.toArray(NDArray[]::new));
        }
        return latents;
    }

    private static NDArray step(
            NoiseSchedule schedule, NDArray latents, NDArray prediction, int from, int to) {
        double left = schedule.alphaCumprodAfterStep(to, false);
        return Ddim.step(schedule, latents, prediction, from, left);
    }

    private static NDArray mean(LinkedList<NDArray> predictions) {
        double[] weights = ADAMS_BASHFORTH[predictions.size() - 1];
        NDArray sum = predictions.getFirst().mul((float) weights[0]);
        for (int j = 1; j < weights.length; j++) {
            sum.addi(predictions.get(j).mul((float) weights[j]));
        }
        return sum;
    }
}
