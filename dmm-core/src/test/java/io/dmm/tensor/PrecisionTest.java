package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        NDArray back = Precision.BF16.out(Precision.BF16.weight(x));
        assertEquals(DataType.FLOAT32, back.getDataType());
        float[] expected = {1, 1, 1 + 0x1p-6f, rounded(1e38f), rounded(-1e-38f)};
        assertArrayEquals(expected, back.toFloatArray());
    }

    /** What every layer does where the device has no bfloat16: widen its weights as it runs. */
    @Test
    void bf16_weightsServeFp32Inputs() {
        NDArray x = manager.randomNormal(new Shape(2, 3, 8, 8));
        NDArray kernel = manager.randomNormal(new Shape(4, 3, 3, 3));
        NDArray bias = manager.randomNormal(new Shape(4));
        NDArray rounded = Ops.toFp32(Ops.toBf16(kernel));
        NDArray roundedBias = Ops.toFp32(Ops.toBf16(bias));
        assertArrayEquals(
                Ops.conv2d(x, rounded, roundedBias).toFloatArray(),
                Ops.conv2d(x, Ops.toBf16(kernel), Ops.toBf16(bias)).toFloatArray());
        NDArray tokens = manager.randomNormal(new Shape(2, 5, 27));
        NDArray matrix = Ops.toBf16(kernel.reshape(4, 27));
        assertArrayEquals(
                Ops.linear(tokens, rounded.reshape(4, 27), roundedBias).toFloatArray(),
                Ops.linear(tokens, matrix, Ops.toBf16(bias)).toFloatArray());
    }

    @Test
    void bf16_inputsStayInFp32WhereTheDeviceHasNoBf16() {
        NDArray x = manager.randomNormal(new Shape(9));
        float[] back = Precision.BF16.out(Precision.BF16.in(x)).toFloatArray();
        NDArray expected = Ops.computesInBf16() ? Ops.toFp32(Ops.toBf16(x)) : x;
        assertArrayEquals(expected.toFloatArray(), back);
    }

    @ParameterizedTest
    @CsvSource({"61, false", "70, false", "75, false", "80, true", "89, true", "120, true"})
    void bf16_isNativeFromAmpereOn(String computeCapability, boolean isNative) {
        assertEquals(isNative, Bfloat16.isNative(computeCapability));
    }

    private static float rounded(float value) {
        int bits = Float.floatToIntBits(value);
        return Float.intBitsToFloat((bits + 0x7FFF + (bits >>> 16 & 1)) & 0xFFFF0000);
    }
}
