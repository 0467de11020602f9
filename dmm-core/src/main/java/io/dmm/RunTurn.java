package io.dmm;

import io.dmm.distill.Progress;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one run train at a time: a notebook's interrupted cell returns at once, while its run still
 * writes a checkpoint that the next cell goes on from.
 */
final class RunTurn implements AutoCloseable {
    /** Writing a large model's checkpoint takes minutes. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final ReentrantLock RUNNING = new ReentrantLock();

    private RunTurn() {}

    /**
     * Waits for the run before.
     *
     * @throws CancellationException if the thread is interrupted meanwhile
     * @throws IllegalStateException if that run goes on for ten minutes
     */
    static RunTurn take() {
        return take(PATIENCE);
    }

    static RunTurn take(Duration patience) {
        try {
            if (RUNNING.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return new RunTurn();
            }
        } catch (InterruptedException e) {
            throw new CancellationException("distillation, while it waited for the run before");
        }
        throw new IllegalStateException(
                "distillation: another run is going on in this process, expected it to end within "
                        + Progress.words(patience)
                        + "; interrupt it or wait for it");
    }

    @Override
    public void close() {
        RUNNING.unlock();
    }
}
