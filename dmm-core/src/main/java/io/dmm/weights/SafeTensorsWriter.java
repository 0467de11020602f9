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
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes safetensors files, tensor by tensor; equal arguments give equal bytes. */
public final class SafeTensorsWriter {
    private static final int CHUNK = 1 << 18; // elements
    private static final int HASH_BYTES = 32;
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
        described.computeIfPresent(ModelSpec.HASH, (key, old) -> hashText(new byte[HASH_BYTES]));
        byte[] header = HeaderWriter.header(layout, described);
        try {
            AtomicFile.write(
                    file,
                    channel -> {
                        AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
                        MessageDigest hash = sha256();
                        for (TensorInfo info : layout) {
                            write(file, info, tensors.get(info.name()), channel, hash);
                        }
                        if (described.containsKey(ModelSpec.HASH)) {
                            // only now known; as long as the zeros that kept its place
                            described.put(ModelSpec.HASH, hashText(hash.digest()));
                            channel.position(0);
                            byte[] complete = HeaderWriter.header(layout, described);
                            AtomicFile.writeFully(channel, ByteBuffer.wrap(complete));
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written (" + e + ")", e);
        }
    }

    private static String hashText(byte[] hash) {
        return "0x" + HexFormat.of().formatHex(hash);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void write(
            Path file, TensorInfo info, NDArray array, FileChannel channel, MessageDigest hash)
            throws IOException {
        String where = file + ": " + info.name();
        long size = info.shape().size();
        try (NDManager scope = array.getManager().newSubManager();
                NDArray plain = Ops.plainCopy(array)) {
            NDArray flat = plain.reshape(size);
            flat.attach(scope);
            for (long at = 0; at < size; at += CHUNK) {
                try (NDManager step = scope.newSubManager()) {
                    NDArray chunk =
                            flat.get(new NDIndex().addSliceDim(at, Math.min(at + CHUNK, size)));
                    chunk.attach(step);
                    ByteBuffer bytes = encode(where, chunk, info.dtype());
                    hash.update(bytes.duplicate());
                    AtomicFile.writeFully(channel, bytes);
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
