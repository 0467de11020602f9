package io.dmm.weights;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.stream.IntStream;

/** Widens the float types that DJL has no arrays for to the bits of FLOAT32, exactly. */
final class Widening {
    private static final int[] E4M3 = IntStream.range(0, 256).map(Widening::e4m3).toArray();
    private static final int[] E5M2 = IntStream.range(0, 256).map(Widening::e5m2).toArray();

    private Widening() {}

    /** Widens the first {@code count} elements of {@code raw}. */
    static void toFloats(DType dtype, ByteBuffer raw, IntBuffer out, int count) {
        int[] bits = new int[count];
        if (dtype == DType.BF16) {
            short[] halves = new short[count];
            raw.asShortBuffer().get(halves);
            for (int i = 0; i < count; i++) {
                bits[i] = halves[i] << 16; // a bf16 is the upper half of a float
            }
        } else {
            int[] table = dtype == DType.F8_E4M3 ? E4M3 : E5M2;
            byte[] bytes = new byte[count];
            raw.get(0, bytes);
            for (int i = 0; i < count; i++) {
                bits[i] = table[bytes[i] & 0xff];
            }
        }
        out.put(bits);
    }

    /** E4M3FN: 1 sign, 4 exponent and 3 fraction bits, bias 7 (arXiv:2209.05433, table 1). */
    private static int e4m3(int code) {
        int magnitude = code & 0x7f;
        float value =
                magnitude == 0x7f ? Float.NaN : Float.intBitsToFloat(magnitude << 20) * 0x1p120f;
        return signed(code, value);
    }

    /** E5M2: 1 sign, 5 exponent and 2 fraction bits, bias 15, with infinities. */
    private static int e5m2(int code) {
        int magnitude = code & 0x7f;
        if (magnitude >= 0x7c) {
            return signed(code, magnitude == 0x7c ? Float.POSITIVE_INFINITY : Float.NaN);
        }
        // moved into a float's fields, the value is too small by the difference of the biases
        return signed(code, Float.intBitsToFloat(magnitude << 21) * 0x1p112f);
    }

    private static int signed(int code, float magnitude) {
        return Float.floatToRawIntBits((code & 0x80) == 0 ? magnitude : -magnitude);
    }
}
