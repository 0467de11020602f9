package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.sampler.NoiseScheduleConfig;
import io.dmm.tensor.Compute;
import io.dmm.tensor.TorchRandom;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NoisyLatentsTest {
    private static final NoiseSchedule SCHEDULE = new NoiseSchedule(NoiseScheduleConfig.sd15());
    private static final int SIZE = 4 * 2 * 2;

    private final NDManager manager = Compute.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void latents_mixPictureAndNoiseByTheSchedule() {
        NDArray clean = clean(3);
        NoisyLatents noisy = NoisyLatents.draw(clean, SCHEDULE, 7, 0);
        assertEquals(clean.getShape(), noisy.latents().getShape());
        float[] x0 = clean.toFloatArray();
        float[] noise = noisy.noise().toFloatArray();
        float[] xt = noisy.latents().toFloatArray();
        for (int i = 0; i < xt.length; i++) {
            int timestep = (int) noisy.timesteps()[i / SIZE];
            double expected =
                    SCHEDULE.alpha(timestep) * x0[i] + SCHEDULE.sigma(timestep) * noise[i];
            assertEquals(expected, xt[i], 1e-5);
        }
    }

    @Test
    void draws_areAFunctionOfSeedAndStep() {
        NDArray clean = clean(2);
        NoisyLatents first = NoisyLatents.draw(clean, SCHEDULE, 7, 3);
        NoisyLatents again = NoisyLatents.draw(clean, SCHEDULE, 7, 3);
        assertArrayEquals(first.timesteps(), again.timesteps());
        assertArrayEquals(first.latents().toFloatArray(), again.latents().toFloatArray());
        for (NoisyLatents other :
                new NoisyLatents[] {
                    NoisyLatents.draw(clean, SCHEDULE, 7, 4),
                    NoisyLatents.draw(clean, SCHEDULE, 8, 3)
                }) {
            assertFalse(Arrays.equals(first.timesteps(), other.timesteps()));
            assertFalse(Arrays.equals(first.noise().toFloatArray(), other.noise().toFloatArray()));
        }
    }

    @Test
    void timesteps_coverTheSchedule() {
        float[] timesteps = NoisyLatents.draw(clean(4000), SCHEDULE, 7, 0).timesteps();
        double[] all = IntStream.range(0, 4000).mapToDouble(i -> timesteps[i]).toArray();
        assertTrue(Arrays.stream(all).min().orElseThrow() < 10);
        assertTrue(Arrays.stream(all).max().orElseThrow() > 989);
        assertEquals(499.5, Arrays.stream(all).average().orElseThrow(), 20); // 4 deviations
    }

    private NDArray clean(int batch) {
        return manager.create(new TorchRandom(1).normal(batch * SIZE), new Shape(batch, 4, 2, 2));
    }
}
