package io.dmm.data;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.WriteFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder in which latents, text states and drawn pictures outlive a run, under the hashes of what
 * made them; runs may share it at the same time. Deleting any of its files does no harm while no
 * run uses them.
 *
 * <p>Tables of a cache are read from its files row by row, and take no memory; without one they lie
 * in the CPU's, which has more of it than a GPU. Values are F32, so that both ways give the same
 * numbers.
 */
public final class Cache {
    /** Keeps nothing. */
    public static final Cache NONE = new Cache(null);

    private static final Logger LOGGER = LoggerFactory.getLogger(Cache.class);

    /** Most rows of a file, and least where each takes long. */
    private static final int MOST_ROWS = 256;

    private static final int LEAST_ROWS = 16;

    private static final int KEY_DIGITS = 32;

    private final Path folder;

    private Cache(Path folder) {
        this.folder = folder;
    }

    /**
     * The cache in a folder, which is made if it is not there.
     *
     * @throws UncheckedIOException if it cannot be made
     */
    public static Cache in(Path folder) {
        try {
            return new Cache(Files.createDirectories(folder));
        } catch (IOException e) {
            throw WriteFailure.of(folder, e);
        }
    }

    /**
     * A table whose rows are those of {@code maker}, or were in an earlier run.
     *
     * @param manager owns it where it lies in memory
     * @param kind what it holds, the beginning of the files' names
     * @throws CancellationException if the thread is interrupted
     * @throws UncheckedIOException if a file cannot be written
     */
    Rows rows(NDManager manager, String kind, int count, RowMaker maker) {
        int rows = rowsInBlock(maker);
        try (GradMode mode = GradMode.off()) {
            if (folder == null) {
                return new Rows.InMemory(table(manager, count, rows, maker));
            }
            List<RowBlock> blocks = new ArrayList<>();
            for (int from = 0; from < count; from += rows) {
                blocks.add(block(manager, kind, maker, from, Math.min(count, from + rows)));
            }
            return new Rows.InFiles(blocks, rows);
        }
    }

    /** Of a file: what a stopped run loses at most, and what a changed picture costs. */
    private static int rowsInBlock(RowMaker maker) {
        return Math.max(LEAST_ROWS, Math.min(MOST_ROWS, 4 * maker.atOnce()));
    }

    /** In blocks as with a folder, since a batch's size may change its last bits. */
    private static NDArray table(NDManager manager, int count, int rows, RowMaker maker) {
        try (NDManager cpu = manager.newSubManager(Device.cpu())) {
            NDArray table = null;
            for (int from = 0; from < count; from += rows) {
                int to = Math.min(count, from + rows);
                try (NDManager memory = manager.newSubManager()) {
                    NDArray block = make(memory, maker, from, to);
                    if (table == null) {
                        Shape all = new Shape(count).addAll(block.getShape().slice(1));
                        table = cpu.create(all, block.getDataType());
                    }
                    NDArray part = table.get(new NDIndex().addSliceDim(from, to));
                    part.attach(memory);
                    Ops.assign(part, block);
                }
            }
            table.attach(manager);
            return table;
        }
    }

    private RowBlock block(NDManager parent, String kind, RowMaker maker, int from, int to) {
        Path file = folder.resolve(kind + "-" + key(maker, from, to) + ".safetensors");
        if (Files.exists(file)) {
            try {
                RowBlock block = RowBlock.open(file, to - from);
                maker.found(to - from);
                return block;
            } catch (ModelFileException e) {
                checkInterrupted(kind, from); // it breaks off reading
                LOGGER.warn("{}; it is made again", e.getMessage());
            }
        }
        try (NDManager memory = parent.newSubManager()) {
            RowBlock.write(file, make(memory, maker, from, to));
            return RowBlock.open(file, to - from);
        } catch (UncheckedIOException | ModelFileException e) {
            checkInterrupted(kind, from); // it breaks off writing, too
            throw e;
        }
    }

    private static String key(RowMaker maker, int from, int to) {
        Fingerprint key = new Fingerprint();
        for (int row = from; row < to; row++) {
            key.add(maker.key(row));
        }
        return key.hex().substring(0, KEY_DIGITS);
    }

    private static NDArray make(NDManager memory, RowMaker maker, int from, int to) {
        NDList batches = new NDList();
        for (int at = from; at < to; at += maker.atOnce()) {
            batches.add(maker.make(memory, at, Math.min(to, at + maker.atOnce())));
        }
        NDArray block = NDArrays.concat(batches, 0);
        batches.forEach(NDArray::close);
        return block;
    }

    /** Stops an interrupted thread that makes rows, and clears its status. */
    static void checkInterrupted(String kind, int done) {
        if (Thread.interrupted()) {
            throw new CancellationException(kind + ", after " + done + " rows");
        }
    }
}
