package io.dmm;

import io.dmm.distill.Progress;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one run train at a time: a notebook's interrupted cell returns at once, while its run still
 * writes a checkpoint that the next cell goes on from.
 */
final class RunTurn implements AutoCloseable {
    /** Writing a large model's checkpoint takes minutes. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final Duration UNNOTICED = Duration.ofSeconds(2);
    private static final Logger LOGGER = LoggerFactory.getLogger(RunTurn.class);
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
        Duration quiet = patience.compareTo(UNNOTICED) < 0 ? patience : UNNOTICED;
        try {
            if (RUNNING.tryLock(quiet.toMillis(), TimeUnit.MILLISECONDS)) {
                return new RunTurn();
            }
            LOGGER.warn("Waiting for the run before, which may still write its checkpoint");
            if (RUNNING.tryLock(patience.minus(quiet).toMillis(), TimeUnit.MILLISECONDS)) {
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
