package io.dmm.distill;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Works where no interrupt reaches: an interrupted thread's file channels close themselves. */
final class UninterruptedThread {
    private UninterruptedThread() {}

    @FunctionalInterface
    interface Work<T> {
        T call() throws IOException;
    }

    /**
     * Calls {@code work} on a thread of its own and waits for it; an interrupt meanwhile is kept
     * for the caller.
     */
    static <T> T call(Work<T> work) throws IOException {
        FutureTask<T> task = new FutureTask<>(work::call);
        new Thread(task, "checkpoint").start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw (Error) e.getCause();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
