package io.dmm;

import io.dmm.distill.RunEnd;
import io.dmm.distill.TrainingListener;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work whose listener hears how it ended. */
final class HeardWork {
    private static final Logger LOGGER = LoggerFactory.getLogger(HeardWork.class);

    private HeardWork() {}

    /**
     * Does the work. A listener that fails at its end changes neither its result nor its failure.
     *
     * @param name of the work, for an interrupt that only a file noticed
     * @throws CancellationException if the thread is interrupted; its status is cleared
     */
    static <T> T heardBy(TrainingListener listener, String name, Supplier<T> work) {
        T result;
        try {
            result = work.get();
        } catch (CancellationException e) {
            tell(listener, RunEnd.INTERRUPTED, e);
            throw e;
        } catch (Throwable e) {
            if (RunEnd.of(e) == RunEnd.INTERRUPTED) {
                Thread.interrupted(); // reading a file keeps the status
                CancellationException stop = cancellation(name + ", while it read its files", e);
                tell(listener, RunEnd.INTERRUPTED, stop);
                throw stop;
            }
            tell(listener, RunEnd.FAILED, e);
            throw e;
        }
        try {
            listener.onEnd(RunEnd.FINISHED);
        } catch (RuntimeException | Error e) {
            LOGGER.warn("{}: its listener failed at the end, the result is kept", name, e);
        }
        return result;
    }

    private static void tell(TrainingListener listener, RunEnd end, Throwable failure) {
        try {
            listener.onEnd(end);
        } catch (RuntimeException | Error e) {
            if (e != failure) {
                failure.addSuppressed(e);
            }
        }
    }

    private static CancellationException cancellation(String message, Throwable cause) {
        CancellationException cancellation = new CancellationException(message);
        cancellation.initCause(cause);
        return cancellation;
    }
}
