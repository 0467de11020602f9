package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestepSamplingTest {
    private static final int COUNT = 10;
    private static final int DRAWS = 200_000;

    /** Whatever the density: weighted, every timestep counts the same. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 0.3, 0.01})
    void weightedFrequencies_areUniform(double uniformShare) {
        TimestepSampling sampling = new TimestepSampling(uniformShare);
        PhiloxRandom random = PhiloxRandom.of(3, 0, Purpose.TIMESTEP);
        double[] weighted = new double[COUNT];
        for (int i = 0; i < DRAWS; i++) {
            int timestep = sampling.draw(random, COUNT);
            weighted[timestep] += sampling.weight(timestep, COUNT) / DRAWS;
        }
        for (int timestep = 0; timestep < COUNT; timestep++) {
            assertEquals(0.1, weighted[timestep], 0.006, "timestep " + timestep);
        }
    }

    @Test
    void smallTimesteps_areDrawnMoreOften() {
        TimestepSampling sampling = new TimestepSampling(0.3);
        PhiloxRandom random = PhiloxRandom.of(3, 0, Purpose.TIMESTEP);
        int small = 0;
        for (int i = 0; i < DRAWS; i++) {
            small += sampling.draw(random, COUNT) < COUNT / 2 ? 1 : 0;
        }
        // a/2 + (1 − a) · 3/4
        assertEquals(0.675, (double) small / DRAWS, 0.005);
    }

    @Test
    void shareOutOfRange_isRefused() {
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> new TimestepSampling(0))
                        .getMessage()
                        .endsWith("expected a number in (0, 1] but was 0.0"));
    }
}
