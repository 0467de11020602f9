package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrecisionTest {
    private final NDManager manager = Compute.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void fp32_passesArraysThrough() {
        NDArray x = manager.create(1f);
        assertSame(x, Precision.FP32.in(x));
        assertSame(x, Precision.FP32.out(x));
    }

    @Test
    void bf16_roundsToEightBitsToEven() {
        NDArray x = manager.create(new float[] {1, 1 + 0x1p-8f, 1 + 0x3p-8f, 1e38f, -1e-38f});
        NDArray back = Precision.BF16.out(Precision.BF16.in(x));
        assertEquals(DataType.FLOAT32, back.getDataType());
        float[] expected = {1, 1, 1 + 0x1p-6f, rounded(1e38f), rounded(-1e-38f)};
        assertArrayEquals(expected, back.toFloatArray());
    }

    private static float rounded(float value) {
        int bits = Float.floatToIntBits(value);
        return Float.intBitsToFloat((bits + 0x7FFF + (bits >>> 16 & 1)) & 0xFFFF0000);
    }
}
