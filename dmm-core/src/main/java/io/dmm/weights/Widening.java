package io.dmm.weights;

import java.nio.ByteBuffer;

/** Widens the elements of a file, exactly where FLOAT32 or INT64 can hold them. */
final class Widening {
    private Widening() {}

    /** Reads every element of {@code raw} and puts it as a float or, for other types, a long. */
    static void widen(DType dtype, ByteBuffer raw, ByteBuffer out) {
        switch (dtype) {
            case F64 -> {
                while (raw.hasRemaining()) {
                    out.putFloat((float) raw.getDouble());
                }
            }
            case F32 -> {
                while (raw.hasRemaining()) {
                    out.putInt(raw.getInt());
                }
            }
            case F16 -> {
                while (raw.hasRemaining()) {
                    out.putFloat(half(raw.getShort()));
                }
            }
            case BF16 -> {
                while (raw.hasRemaining()) {
                    out.putInt(raw.getShort() << 16);
                }
            }
            case F8_E4M3 -> {
                while (raw.hasRemaining()) {
                    out.putFloat(e4m3(raw.get()));
                }
            }
            case F8_E5M2 -> {
                while (raw.hasRemaining()) {
                    // E5M2 is the upper byte of a half
                    out.putFloat(half((short) (raw.get() << 8)));
                }
            }
            case I64 -> {
                while (raw.hasRemaining()) {
                    out.putLong(raw.getLong());
                }
            }
            case I32 -> {
                while (raw.hasRemaining()) {
                    out.putLong(raw.getInt());
                }
            }
            case U8, BOOL -> {
                while (raw.hasRemaining()) {
                    out.putLong(raw.get() & 0xff);
                }
            }
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
