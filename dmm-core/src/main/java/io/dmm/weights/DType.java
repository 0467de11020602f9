package io.dmm.weights;

import ai.djl.ndarray.types.DataType;

/**
 * The element types this library reads, by the names safetensors gives them.
 *
 * <p>F8_E4M3 is the finite variant (E4M3FN: no infinities, NaN only at 0x7f and 0xff).
 */
public enum DType {
    F64(64, true, DataType.FLOAT64),
    I64(64, false, DataType.INT64),
    F32(32, true, DataType.FLOAT32),
    I32(32, false, DataType.INT32),
    F16(16, true, DataType.FLOAT16),
    BF16(16, true, null),
    F8_E4M3(8, true, null),
    F8_E5M2(8, true, null),
    U8(8, false, DataType.UINT8),
    BOOL(8, false, DataType.UINT8);

    private final int bits;
    private final boolean floating;
    private final DataType nativeType;

    DType(int bits, boolean floating, DataType nativeType) {
        this.bits = bits;
        this.floating = floating;
        this.nativeType = nativeType;
    }

    /** The type of an array of such elements, or null where DJL has none or aborts on it. */
    DataType nativeType() {
        return nativeType;
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
