package io.dmm;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one run train at a time: a notebook's interrupted cell returns at once, while its run still
 * writes a checkpoint that the next cell goes on from.
 */
final class RunTurn implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private static final ReentrantLock RUNNING = new ReentrantLock();

    private RunTurn() {}

    /**
     * Waits for the run before.
     *
     * @throws CancellationException if the thread is interrupted meanwhile
     * @throws IllegalStateException if that run goes on for a minute
     */
    static RunTurn take() {
        return take(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    static RunTurn take(long patience, TimeUnit unit) {
        try {
            if (RUNNING.tryLock(patience, unit)) {
                return new RunTurn();
            }
        } catch (InterruptedException e) {
            throw new CancellationException("distillation, while it waited for the run before");
        }
        throw new IllegalStateException(
                "distillation: another run is going on in this process, expected it to end within "
                        + PATIENCE_SECONDS
                        + " s; interrupt it or wait for it");
    }

    @Override
    public void close() {
        RUNNING.unlock();
    }
}
