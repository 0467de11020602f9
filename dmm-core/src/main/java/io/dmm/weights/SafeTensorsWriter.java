package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.dmm.tensor.Ops;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes safetensors files, tensor by tensor; equal arguments give equal bytes. */
public final class SafeTensorsWriter {
    private static final int CHUNK = 1 << 18; // elements
    private static final String HASH_PREFIX = "0x";
    private static final String NO_HASH = HASH_PREFIX + "0".repeat(64);
    private static final float F16_OVERFLOW = 65520; // the least value that rounds to infinity

    private SafeTensorsWriter() {}

    /**
     * Writes float arrays as {@code floatType} and INT64 and INT32 arrays as they are; a file that
     * stood there is replaced once the new one is complete, and kept when anything fails.
     *
     * @param floatType F32 or F16
     * @param metadata {@code format: pt} is added to it, and {@code modelspec.hash_sha256} is set
     *     to the hash of the data part where it is there
     * @throws IllegalArgumentException for a value that is not finite or too large for F16
     * @throws UncheckedIOException if the file cannot be written
     */
    public static void write(
            Path file,
            Map<String, NDArray> tensors,
            DType floatType,
            Map<String, String> metadata) {
        if (floatType != DType.F32 && floatType != DType.F16) {
            throw new IllegalArgumentException(
                    file + ": cannot write floats, expected F32 or F16 but was " + floatType);
        }
        List<TensorInfo> layout = HeaderWriter.layout(file.toString(), tensors, floatType);
        Map<String, String> described = new TreeMap<>(metadata);
        described.computeIfPresent(ModelSpec.HASH, (key, old) -> NO_HASH);
        byte[] header = HeaderWriter.header(layout, described);
        AtomicFile.write(
                file,
                channel -> {
                    AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
                    HashingChannel data = new HashingChannel(channel);
                    writeData(data, file.toString(), layout, tensors);
                    if (described.containsKey(ModelSpec.HASH)) {
                        // only now known; as long as the zeros that kept its place
                        described.put(ModelSpec.HASH, HASH_PREFIX + data.sha256());
                        channel.position(0);
                        byte[] complete = HeaderWriter.header(layout, described);
                        AtomicFile.writeFully(channel, ByteBuffer.wrap(complete));
                    }
                });
    }

    /**
     * Writes a file with no metadata but {@code format: pt} to a channel, front to back, float
     * arrays in F32; for those who make it durable themselves.
     *
     * @param where names the file in error messages
     * @throws IllegalArgumentException for a value that is not finite
     */
    public static void write(WritableByteChannel out, String where, Map<String, NDArray> tensors)
            throws IOException {
        List<TensorInfo> layout = HeaderWriter.layout(where, tensors, DType.F32);
        AtomicFile.writeFully(out, ByteBuffer.wrap(HeaderWriter.header(layout, Map.of())));
        writeData(out, where, layout, tensors);
    }

    private static void writeData(
            WritableByteChannel out,
            String where,
            List<TensorInfo> layout,
            Map<String, NDArray> tensors)
            throws IOException {
        for (TensorInfo info : layout) {
            write(out, where + ": " + info.name(), info, tensors.get(info.name()));
        }
    }

    private static void write(WritableByteChannel out, String where, TensorInfo info, NDArray array)
            throws IOException {
        long size = info.shape().size();
        try (NDManager memory = array.getManager().newSubManager();
                NDArray plain = Ops.plainCopy(array)) {
            NDArray flat = plain.reshape(size);
            flat.attach(memory);
            for (long at = 0; at < size; at += CHUNK) {
                try (NDManager step = memory.newSubManager()) {
                    NDArray chunk =
                            flat.get(new NDIndex().addSliceDim(at, Math.min(at + CHUNK, size)));
                    chunk.attach(step);
                    AtomicFile.writeFully(out, encode(where, chunk, info.dtype()));
                }
            }
        }
    }

    private static ByteBuffer encode(String where, NDArray chunk, DType dtype) {
        if (!dtype.isFloating()) {
            return littleEndian(chunk);
        }
        float limit = dtype == DType.F16 ? F16_OVERFLOW : Float.POSITIVE_INFINITY;
        NDArray floats = chunk.toType(DataType.FLOAT32, false);
        for (float value : floats.toFloatArray()) {
            if (!(Math.abs(value) < limit)) {
                throw new IllegalArgumentException(
                        Float.isFinite(value)
                                ? where
                                        + ": too large for F16, expected at most 65504 but was "
                                        + value
                                        + "; write F32"
                                : where + ": expected finite values but was " + value);
            }
        }
        return littleEndian(dtype == DType.F16 ? chunk.toType(DataType.FLOAT16, false) : floats);
    }

    private static ByteBuffer littleEndian(NDArray array) {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException("safetensors needs a little-endian machine");
        }
        return array.toByteBuffer();
    }
}
