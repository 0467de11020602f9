package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.tensor.Ops;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;

/**
 * Latents x_t = √ᾱ_t x0 + √(1−ᾱ_t) ε of a batch (Ho et al., arXiv 2006.11239, Eq. 4) with what was
 * drawn for them.
 *
 * @param latents (B, C, H, W)
 * @param timesteps one per sample
 * @param noise ε, (B, C, H, W)
 */
public record NoisyLatents(NDArray latents, float[] timesteps, NDArray noise) {

    /** Noises {@code clean} latents to timesteps that are drawn uniformly. */
    public static NoisyLatents draw(NDArray clean, NoiseSchedule schedule, long seed, long step) {
        return draw(clean, schedule, TimestepSampling.UNIFORM, seed, step);
    }

    /** Noises {@code clean} latents, on their manager, by what (seed, step) determine. */
    public static NoisyLatents draw(
            NDArray clean,
            NoiseSchedule schedule,
            TimestepSampling sampling,
            long seed,
            long step) {
        Shape shape = clean.getShape();
        int batch = Math.toIntExact(shape.get(0));
        PhiloxRandom random = PhiloxRandom.of(seed, step, Purpose.TIMESTEP);
        float[] timesteps = new float[batch];
        for (int i = 0; i < batch; i++) {
            timesteps[i] = sampling.draw(random, schedule.config().numTrainTimesteps());
        }
        NDManager memory = clean.getManager();
        float[] normals =
                PhiloxRandom.of(seed, step, Purpose.NOISE).normals(Math.toIntExact(shape.size()));
        NDArray noise = Ops.create(memory, normals, shape);
        NDArray latents = ForwardProcess.at(memory, schedule, timesteps).noised(clean, noise);
        return new NoisyLatents(latents, timesteps, noise);
    }
}
