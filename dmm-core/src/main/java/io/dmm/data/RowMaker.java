package io.dmm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.concurrent.CancellationException;

/** Makes the rows of a table: latents of pictures, or states of texts. */
public interface RowMaker {
    /**
     * All that a row depends on, as a {@link Fingerprint} has it: equal keys mean equal rows. Is
     * asked for only where there is a {@link Cache}.
     */
    String key(int row);

    /** How many rows are made in one call. */
    int atOnce();

    /**
     * Makes the rows {@code from} to {@code to} − 1, (B, …) on {@code memory}.
     *
     * @throws CancellationException if the thread is interrupted
     */
    NDArray make(NDManager memory, int from, int to);

    /** Takes note that the cache had so many more. */
    void found(int rows);
}
