package io.dmm.weights;

import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;

/** An interrupt that closed the file being read: no fault of the file. */
final class InterruptedRead {
    private InterruptedRead() {}

    /** What to throw; the thread's interrupt status is cleared. */
    static CancellationException of(String where, ClosedByInterruptException cause) {
        Thread.interrupted();
        CancellationException stop = new CancellationException(where + ", while it was read");
        stop.initCause(cause);
        return stop;
    }
}
