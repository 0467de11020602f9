package io.dmm.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.TorchRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeededNoiseTest {
    /** Below 16 values torch draws in another way, above it may end in a block that is cut. */
    @ParameterizedTest
    @ValueSource(ints = {3, 16, 21})
    void everySample_goesOnInTheStreamOfItsOwnSeed(int size) {
        try (NDManager manager = NDManager.newBaseManager()) {
            SeededNoise noise = new SeededNoise(manager, new long[] {7, 3, 7}, new Shape(1, size));
            TorchRandom seven = new TorchRandom(7);
            TorchRandom three = new TorchRandom(3);
            for (int draw = 0; draw < 3; draw++) {
                NDArray values = noise.draw();
                assertEquals(new Shape(3, 1, size), values.getShape());
                float[] expected = seven.normal(size);
                assertArrayEquals(expected, values.get(0).toFloatArray());
                assertArrayEquals(three.normal(size), values.get(1).toFloatArray());
                assertArrayEquals(expected, values.get(2).toFloatArray());
            }
        }
    }
}
