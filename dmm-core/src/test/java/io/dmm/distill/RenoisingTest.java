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
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RenoisingTest {
    private static final NoiseSchedule SCHEDULE = new NoiseSchedule(NoiseScheduleConfig.sd15());

    private final NDManager manager = Compute.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void draws_areAFunctionOfSeedAndStep() {
        Renoising first = draw(7, 3, 2);
        Renoising again = draw(7, 3, 2);
        assertArrayEquals(first.timesteps(), again.timesteps());
        assertArrayEquals(first.noise().toFloatArray(), again.noise().toFloatArray());
        for (Renoising other : new Renoising[] {draw(7, 4, 2), draw(8, 3, 2)}) {
            assertFalse(Arrays.equals(first.timesteps(), other.timesteps()));
            assertFalse(Arrays.equals(first.noise().toFloatArray(), other.noise().toFloatArray()));
        }
    }

    @Test
    void noise_isAnotherThanThatOfTheLatents() {
        Renoising again = draw(7, 3, 2);
        NDArray clean = manager.zeros(new Shape(2, 4, 2, 2));
        NoisyLatents noisy = NoisyLatents.draw(clean, SCHEDULE, 7, 3);
        assertFalse(Arrays.equals(noisy.timesteps(), again.timesteps()));
        assertFalse(Arrays.equals(noisy.noise().toFloatArray(), again.noise().toFloatArray()));
    }

    @Test
    void timesteps_coverTheFirstHalfOfTheSchedule() {
        float[] timesteps = draw(7, 0, 4000).timesteps();
        double[] all = IntStream.range(0, 4000).mapToDouble(i -> timesteps[i]).toArray();
        assertTrue(Arrays.stream(all).min().orElseThrow() < 10);
        assertTrue(Arrays.stream(all).max().orElseThrow() > 489);
        assertTrue(Arrays.stream(all).max().orElseThrow() < 500);
        assertEquals(249.5, Arrays.stream(all).average().orElseThrow(), 10); // 4 deviations
    }

    private Renoising draw(long seed, long step, int batch) {
        return Renoising.draw(manager, new Shape(batch, 4, 2, 2), SCHEDULE, seed, step);
    }
}
