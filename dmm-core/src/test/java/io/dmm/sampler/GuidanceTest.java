package io.dmm.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuidanceTest {
    private NDManager manager;
    private NDArray uncond;
    private NDArray cond;

    @BeforeEach
    void create() {
        manager = NDManager.newBaseManager();
        uncond = manager.create(new float[] {1e8f, 1, -2});
        cond = manager.create(new float[] {0.1f, 3, -2});
    }

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void scaleOne_isTheConditionalExactly() {
        assertFalse(new Guidance(1).needsUnconditional());
        NDArray combined = new Guidance(1).combine(uncond, cond);
        assertArrayEquals(cond.toFloatArray(), combined.toFloatArray(), 0);
        combined.close();
        assertFalse(cond.isReleased());
    }

    @Test
    void scale_extrapolatesFromUnconditionalThroughConditional() {
        assertTrue(new Guidance(7.5).needsUnconditional());
        float[] combined = new Guidance(7.5).combine(uncond, cond).toFloatArray();
        assertEquals(1 + 7.5f * (3 - 1), combined[1]);
        assertEquals(-2, combined[2]);
        assertArrayEquals(
                uncond.toFloatArray(), new Guidance(0).combine(uncond, cond).toFloatArray(), 0);
    }

    @Test
    void combine_leavesItsOperandsAndOneArray() {
        int arrays = manager.getManagedArrays().size();
        new Guidance(3).combine(uncond, cond);
        assertEquals(arrays + 1, manager.getManagedArrays().size());
        assertArrayEquals(new float[] {1e8f, 1, -2}, uncond.toFloatArray());
        assertArrayEquals(new float[] {0.1f, 3, -2}, cond.toFloatArray());
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
    void scales_thatAreNoNumbersFromZeroOnAreRefused(double scale) {
        assertThrows(IllegalArgumentException.class, () -> new Guidance(scale));
    }
}
