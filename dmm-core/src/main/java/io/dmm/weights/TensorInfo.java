package io.dmm.weights;

import ai.djl.ndarray.types.Shape;
import java.util.Objects;

/**
 * What a header says of one tensor: bytes {@code [begin, end)} of its file's data part hold the
 * elements of {@code shape}, row by row.
 */
public record TensorInfo(String name, DType dtype, Shape shape, long begin, long end) {
    public TensorInfo {
        Objects.requireNonNull(name, "name");
        long bytes = byteCount(dtype, shape);
        if (begin < 0 || end < begin || end - begin != bytes) {
            throw new IllegalArgumentException(
                    "data_offsets [%d, %d] are wrong, expected a span of %d bytes for %s %s"
                            .formatted(begin, end, bytes, dtype, shape));
        }
    }

    /** The number of bytes {@code shape} takes; refuses sizes and products beyond a long. */
    static long byteCount(DType dtype, Shape shape) {
        long product = dtype.bytes();
        boolean empty = false;
        try {
            for (long size : shape.getShape()) {
                empty |= size == 0;
                // a zero must not hide the overflow of its neighbours: strides are made of them
                product = Math.multiplyExact(product, Math.max(size, 1));
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "shape %s of %s overflows 64 bits".formatted(shape, dtype), e);
        }
        return empty ? 0 : product;
    }
}
