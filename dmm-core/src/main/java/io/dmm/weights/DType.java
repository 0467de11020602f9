package io.dmm.weights;

import ai.djl.ndarray.types.DataType;

/**
 * The element types this library reads, by the names safetensors gives them.
 *
 * <p>F8_E4M3 is the finite variant (E4M3FN: no infinities, NaN only at 0x7f and 0xff).
 */
public enum DType {
    F64(64, true),
    I64(64, false),
    F32(32, true),
    I32(32, false),
    F16(16, true),
    BF16(16, true),
    F8_E4M3(8, true),
    F8_E5M2(8, true),
    U8(8, false),
    BOOL(8, false);

    private final int bits;
    private final boolean floating;

    DType(int bits, boolean floating) {
        this.bits = bits;
        this.floating = floating;
    }

    public int bits() {
        return bits;
    }

    public int bytes() {
        return bits / Byte.SIZE;
    }

    public boolean isFloating() {
        return floating;
    }

    /** The type of the array a tensor is loaded into: FLOAT32 for floats, else INT64. */
    public DataType arrayType() {
        return floating ? DataType.FLOAT32 : DataType.INT64;
    }
}
