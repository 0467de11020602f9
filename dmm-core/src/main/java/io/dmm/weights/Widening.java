package io.dmm.weights;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;

/** Widens the elements of a file, exactly where FLOAT32 or INT64 can hold them. */
final class Widening {
    private Widening() {}

    /** Widens the first {@code count} elements of {@code raw}, of a float type. */
    static void toFloats(DType dtype, ByteBuffer raw, float[] out, int count) {
        switch (dtype) {
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = (float) raw.getDouble(i * Double.BYTES);
                }
            }
            case F32 -> raw.asFloatBuffer().get(out, 0, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = half(raw.getShort(i * Short.BYTES));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = Float.intBitsToFloat(raw.getShort(i * Short.BYTES) << 16);
                }
            }
            case F8_E4M3 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = e4m3(raw.get(i));
                }
            }
            case F8_E5M2 -> {
                for (int i = 0; i < count; i++) {
                    // E5M2 is the upper byte of a half
                    out[i] = half((short) (raw.get(i) << 8));
                }
            }
            default -> throw new IllegalArgumentException(dtype + " is no float type");
        }
    }

    /** Widens the first {@code count} elements of {@code raw}, of a type that is no float. */
    static void toLongs(DType dtype, ByteBuffer raw, LongBuffer out, int count) {
        for (int i = 0; i < count; i++) {
            out.put(
                    i,
                    switch (dtype) {
                        case I64 -> raw.getLong(i * Long.BYTES);
                        case I32 -> raw.getInt(i * Integer.BYTES);
                        case U8, BOOL -> raw.get(i) & 0xff;
                        default -> throw new IllegalArgumentException(dtype + " is a float type");
                    });
        }
    }

    /** IEEE binary16: 1 sign, 5 exponent and 10 fraction bits, bias 15. */
    private static float half(short bits) {
        int magnitude = bits & 0x7fff;
        if (magnitude >= 0x7c00) {
            return signed(bits, magnitude == 0x7c00 ? Float.POSITIVE_INFINITY : Float.NaN);
        }
        // moved into a float's fields, the value is too small by the difference of the biases
        return signed(bits, Float.intBitsToFloat(magnitude << 13) * 0x1p112f);
    }

    /** E4M3FN: 1 sign, 4 exponent and 3 fraction bits, bias 7 (arXiv:2209.05433, table 1). */
    private static float e4m3(byte bits) {
        int magnitude = bits & 0x7f;
        float value =
                magnitude == 0x7f ? Float.NaN : Float.intBitsToFloat(magnitude << 20) * 0x1p120f;
        return signed(bits, value);
    }

    private static float signed(int bits, float magnitude) {
        return bits < 0 ? -magnitude : magnitude;
    }
}
