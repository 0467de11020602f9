package io.dmm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.dmm.weights.DType;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.ModelSpec;
import io.dmm.weights.SafeTensorsFile;
import io.dmm.weights.SafeTensorsWriter;
import io.dmm.weights.Sha256;
import io.dmm.weights.TensorInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;

/**
 * Some rows of a table in a safetensors file: one F32 tensor {@code rows} (M, …) whose SHA-256
 * stands in the metadata. The file is opened for each read, since a table may have thousands.
 */
record RowBlock(Path file, long dataStart, Shape rowShape) {
    private static final String TENSOR = "rows";

    static void write(Path file, NDArray rows) {
        SafeTensorsWriter.write(file, Map.of(TENSOR, rows), DType.F32, Map.of(ModelSpec.HASH, ""));
    }

    /**
     * Opens a file and reads all of it once, to see that not a bit has changed.
     *
     * @throws ModelFileException if it is missing or broken
     */
    static RowBlock open(Path file, int count) {
        try (SafeTensorsFile tensors = SafeTensorsFile.open(file)) {
            TensorInfo rows = tensors.tensors().get(TENSOR);
            if (rows == null
                    || tensors.tensors().size() != 1
                    || rows.dtype() != DType.F32
                    || rows.shape().dimension() < 2
                    || rows.shape().get(0) != count) {
                throw new ModelFileException(
                        file
                                + ": expected one F32 tensor of "
                                + count
                                + " rows but was "
                                + tensors.tensors().values());
            }
            long dataStart = tensors.dataStart();
            String hash = "0x" + Sha256.of(file, dataStart);
            String stated = tensors.metadata().get(ModelSpec.HASH);
            if (!hash.equals(stated)) {
                throw new ModelFileException(
                        file + ": damaged, expected the SHA-256 " + stated + " but was " + hash);
            }
            return new RowBlock(file, dataStart, rows.shape().slice(1));
        } catch (IOException e) {
            throw new ModelFileException(file + ": cannot be read (" + e + ")", e);
        }
    }

    /** Reads a row into {@code values} from {@code at} on. */
    void read(int row, float[] values, int at) {
        int width = (int) rowShape.size();
        byte[] bytes = new byte[width * Float.BYTES];
        // not a channel: an interrupted thread closes it
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(dataStart + (long) row * bytes.length);
            in.readFully(bytes);
        } catch (IOException e) {
            throw new ModelFileException(
                    file + ": cannot be read (" + e + "); the cache was changed during the run", e);
        }
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values, at, width);
    }
}
