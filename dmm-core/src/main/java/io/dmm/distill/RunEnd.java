package io.dmm.distill;

import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;

/** How a run ended. */
public enum RunEnd {
    FINISHED,
    /** Its thread was interrupted; where it leaves checkpoints, one is of its last step. */
    INTERRUPTED,
    /** It threw. */
    FAILED;

    /** How a run ended that threw: interrupted where any cause is of an interrupt. */
    public static RunEnd of(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof CancellationException
                    || t instanceof InterruptedException
                    || t instanceof ClosedByInterruptException) {
                return INTERRUPTED;
            }
        }
        return FAILED;
    }
}
