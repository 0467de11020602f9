package io.dmm.tensor;

import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Runs two computations that need nothing of each other at the same time, each on half of the CPU's
 * cores, which small networks use better than all cores one after the other. On a GPU, and on a
 * single core, the second follows the first.
 */
public final class SideBySide {
    private static final SideBySide HERE =
            new SideBySide(Compute.device().isGpu() ? 1 : JniUtils.getNumThreads());

    private final int cores;

    /** A thread for each, always the same: OpenMP keeps a team of cores for every thread. */
    private Executor left;

    private Executor right;

    /** What two computations gave. */
    public record Both<A, B>(A first, B second) {}

    /**
     * @param cores among which PyTorch divides an operator
     */
    SideBySide(int cores) {
        this.cores = cores;
    }

    /**
     * Does both. The bits of what they give do not depend on when each of them runs, but may on the
     * number of cores.
     *
     * @param first with its own {@link GradMode}, as the second, changing nothing that the other
     *     one sees
     * @throws RuntimeException of the one that failed, once both have ended
     */
    public static <A, B> Both<A, B> run(Supplier<A> first, Supplier<B> second) {
        return HERE.runBoth(first, second);
    }

    <A, B> Both<A, B> runBoth(Supplier<A> first, Supplier<B> second) {
        if (cores < 2) {
            return new Both<>(first.get(), second.get());
        }
        startThreads();
        CompletableFuture<A> a = CompletableFuture.supplyAsync(first, left);
        CompletableFuture<B> b = CompletableFuture.supplyAsync(second, right);
        try {
            CompletableFuture.allOf(a, b).join();
        } catch (CompletionException e) {
            throw failure(e);
        }
        return new Both<>(a.join(), b.join());
    }

    private synchronized void startThreads() {
        if (left == null) {
            left = threadOn(cores / 2);
            right = threadOn(cores - cores / 2);
            JniUtils.setNumThreads(cores); // new threads take the number that was set last
        }
    }

    private static Executor threadOn(int cores) {
        Executor thread =
                Executors.newSingleThreadExecutor(
                        work -> {
                            Thread daemon = new Thread(work, "side-by-side");
                            daemon.setDaemon(true);
                            return daemon;
                        });
        Runnable share =
                () -> {
                    JniUtils.getNumThreads(); // the first call gives a new thread the default
                    JniUtils.setNumThreads(cores);
                };
        CompletableFuture.runAsync(share, thread).join();
        return thread;
    }

    private static RuntimeException failure(CompletionException thrown) {
        if (thrown.getCause() instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown.getCause();
    }
}
