package io.dmm;

import io.dmm.distill.RunEnd;
import io.dmm.distill.TrainingListener;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/** Work whose listener hears how it ended. */
final class HeardWork {
    private HeardWork() {}

    /**
     * Does the work.
     *
     * @param name of the work, for an interrupt that only a file noticed
     * @throws CancellationException if the thread is interrupted; its status is cleared
     */
    static <T> T heardBy(TrainingListener listener, String name, Supplier<T> work) {
        RunEnd end = RunEnd.FINISHED;
        try {
            return work.get();
        } catch (CancellationException e) {
            end = RunEnd.INTERRUPTED;
            throw e;
        } catch (Throwable e) {
            end = RunEnd.of(e);
            if (end == RunEnd.INTERRUPTED) {
                Thread.interrupted(); // reading a file keeps the status
                throw cancellation(name + ", while it read its files", e);
            }
            throw e;
        } finally {
            listener.onEnd(end);
        }
    }

    private static CancellationException cancellation(String message, Throwable cause) {
        CancellationException cancellation = new CancellationException(message);
        cancellation.initCause(cause);
        return cancellation;
    }
}
