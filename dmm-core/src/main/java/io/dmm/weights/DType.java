package io.dmm.weights;

import ai.djl.ndarray.types.DataType;

/**
 * The element types this library reads, by the names safetensors gives them.
 *
 * <p>F8_E4M3 is the finite variant (E4M3FN: no infinities, NaN only at 0x7f and 0xff).
 */
public enum DType {
    F64(8, true, DataType.FLOAT64),
    I64(8, false, DataType.INT64),
    F32(4, true, DataType.FLOAT32),
    I32(4, false, DataType.INT32),
    F16(2, true, DataType.FLOAT16),
    BF16(2, true, null),
    F8_E4M3(1, true, null),
    F8_E5M2(1, true, null),
    U8(1, false, DataType.UINT8),
    BOOL(1, false, DataType.UINT8);

    private final int bytes;
    private final boolean floating;
    private final DataType nativeType;

    DType(int bytes, boolean floating, DataType nativeType) {
        this.bytes = bytes;
        this.floating = floating;
        this.nativeType = nativeType;
    }

    /** The type of an array of such elements, or null where DJL has none or aborts on it. */
    DataType nativeType() {
        return nativeType;
    }

    public int bytes() {
        return bytes;
    }

    public boolean isFloating() {
        return floating;
    }

    /** The type of the array a tensor is loaded into: FLOAT32 for floats, else INT64. */
    public DataType arrayType() {
        return floating ? DataType.FLOAT32 : DataType.INT64;
    }
}
