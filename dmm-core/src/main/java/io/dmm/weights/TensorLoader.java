package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Ops;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;

/**
 * Copies tensors out of a file chunk by chunk.
 *
 * <p>DJL's CPU arrays made from a direct buffer share its memory. Only the short-lived array around
 * one chunk does so here; the array handed out owns memory of its own.
 */
final class TensorLoader {
    private static final int CHUNK = 1 << 20; // elements

    private final String where;
    private final FileChannel channel;
    private final long dataStart;
    // made by the first load and reused by all, under this object's lock
    private ByteBuffer raw;
    private ByteBuffer widened;

    TensorLoader(String where, FileChannel channel, long dataStart) {
        this.where = where;
        this.channel = channel;
        this.dataStart = dataStart;
    }

    synchronized NDArray load(TensorInfo info, NDManager manager) {
        if (raw == null) {
            raw = ByteBuffer.allocateDirect(CHUNK * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            widened = ByteBuffer.allocateDirect(CHUNK * Float.BYTES).order(ByteOrder.nativeOrder());
        }
        NDArray array = manager.create(info.shape(), info.dtype().arrayType());
        boolean loaded = false;
        try {
            fill(array, info, manager);
            loaded = true;
            return array;
        } catch (ClosedByInterruptException e) {
            throw InterruptedRead.of(where, e);
        } catch (IOException e) {
            throw new ModelFileException(where + ": cannot read " + info.name() + ": " + e, e);
        } finally {
            if (!loaded) {
                array.close();
            }
        }
    }

    private void fill(NDArray array, TensorInfo info, NDManager manager) throws IOException {
        long size = info.shape().size();
        long notFinite = 0;
        try (NDArray flat = array.reshape(size)) {
            for (long at = 0; at < size; at += CHUNK) {
                int count = (int) Math.min(CHUNK, size - at);
                read(info, at, count);
                try (NDArray chunk = chunk(info.dtype(), count, manager)) {
                    notFinite += Ops.fill(flat, at, chunk);
                }
            }
        }
        if (notFinite > 0) {
            throw new ModelFileException(
                    "%s: %s holds values that are NaN or infinite in FLOAT32, expected none but was %d of %d; the model is broken"
                            .formatted(where, info.name(), notFinite, size));
        }
    }

    private void read(TensorInfo info, long at, int count) throws IOException {
        long position = dataStart + info.begin() + at * info.dtype().bytes();
        raw.clear().limit(count * info.dtype().bytes());
        while (raw.hasRemaining()) {
            if (channel.read(raw, position + raw.position()) < 0) {
                throw new EOFException("the file became shorter since it was opened");
            }
        }
        raw.flip();
    }

    /** The chunk just read; it shares the buffers' memory, so it must not outlive the next. */
    private NDArray chunk(DType dtype, int count, NDManager manager) {
        Shape shape = new Shape(count);
        if (dtype.nativeType() != null) {
            return manager.create(raw, shape, dtype.nativeType());
        }
        widened.clear().limit(count * Float.BYTES);
        Widening.toFloats(dtype, raw, widened.asIntBuffer(), count);
        return manager.create(widened, shape, DataType.FLOAT32);
    }
}
