package io.dmm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Ops;
import java.util.Arrays;
import java.util.List;

/** A table whose rows are looked up by number. */
sealed interface Rows extends AutoCloseable {
    /** The shape of one row. */
    Shape rowShape();

    /** Some rows, (B, …) on {@code memory}. */
    NDArray get(NDManager memory, long[] rows);

    @Override
    void close();

    /** A table that lies in memory, the CPU's or a device's, and is closed with this. */
    record InMemory(NDArray table) implements Rows {
        @Override
        public Shape rowShape() {
            return table.getShape().slice(1);
        }

        @Override
        public NDArray get(NDManager memory, long[] rows) {
            return Ops.rows(memory, table, rows);
        }

        @Override
        public void close() {
            table.close();
        }
    }

    /**
     * A table that lies in files and is read row by row, so that it takes no memory.
     *
     * @param blocks all of {@code rowsInBlock} rows but the last
     */
    record InFiles(List<RowBlock> blocks, int rowsInBlock) implements Rows {
        @Override
        public Shape rowShape() {
            return blocks.get(0).rowShape();
        }

        @Override
        public NDArray get(NDManager memory, long[] rows) {
            int width = (int) rowShape().size();
            float[] values = new float[rows.length * width];
            for (int i = 0; i < rows.length; i++) {
                RowBlock block = blocks.get((int) (rows[i] / rowsInBlock));
                block.read((int) (rows[i] % rowsInBlock), values, i * width);
            }
            return Ops.create(memory, values, new Shape(rows.length).addAll(rowShape()));
        }

        @Override
        public void close() {}
    }

    /** Refuses rows that are not there, as an index into files might hit a neighbour. */
    static void requireWithin(long[] rows, int count) {
        if (Arrays.stream(rows).anyMatch(row -> row < 0 || row >= count)) {
            throw new IllegalArgumentException(
                    "rows: expected 0 to %d but was %s"
                            .formatted(count - 1, Arrays.toString(rows)));
        }
    }
}
