package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.tensor.Ops;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;

/**
 * The noise that predicted pictures are given again before they are judged (DMM, arXiv 2504.12364,
 * appendix A.2), so that the discriminator's backbone sees what it was trained on.
 *
 * @param timesteps one per sample
 * @param noise (B, C, H, W)
 */
record Renoising(float[] timesteps, NDArray noise) {

    /**
     * Draws what (seed, step) determine, each timestep of the first half of the schedule as often.
     * The paper gives no range; under more noise two pictures hardly differ, and the discriminator
     * begins to learn the noise by heart.
     */
    static Renoising draw(
            NDManager memory, Shape shape, NoiseSchedule schedule, long seed, long step) {
        PhiloxRandom random = PhiloxRandom.of(seed, step, Purpose.RENOISE_TIMESTEP);
        int range = schedule.config().numTrainTimesteps() / 2;
        float[] timesteps = new float[Math.toIntExact(shape.get(0))];
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = random.nextInt(range);
        }
        float[] normals =
                PhiloxRandom.of(seed, step, Purpose.RENOISE).normals(Math.toIntExact(shape.size()));
        return new Renoising(timesteps, Ops.create(memory, normals, shape));
    }
}
