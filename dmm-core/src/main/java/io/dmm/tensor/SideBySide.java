package io.dmm.tensor;

import ai.djl.pytorch.jni.JniUtils;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Runs computations that need nothing of each other at the same time, each on its part of the CPU's
 * cores: small networks use one core each better than all cores one after the other. On a GPU they
 * run in turn.
 */
public final class SideBySide {
    private static final SideBySide HERE =
            new SideBySide(Compute.device().isGpu() ? 1 : JniUtils.getNumThreads());

    private final int cores;

    /**
     * Pools by the number of their threads, all of which work: OpenMP keeps a team of cores for
     * each thread that ever ran an operator.
     */
    private final Map<Integer, ExecutorService> pools = new ConcurrentHashMap<>();

    /**
     * @param cores among which PyTorch divides an operator
     */
    SideBySide(int cores) {
        this.cores = cores;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "side-by-side");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * The results, in the order of the tasks. Their bits do not depend on which task runs when, but
     * may on the number of cores.
     *
     * @param tasks each with its own {@link GradMode}, changing nothing that another one sees
     * @throws RuntimeException of the first that failed, once all have ended
     */
    public static <T> List<T> run(List<Supplier<T>> tasks) {
        return HERE.runAll(tasks);
    }

    <T> List<T> runAll(List<Supplier<T>> tasks) {
        int together = Math.min(tasks.size(), cores);
        if (together < 2) {
            return tasks.stream().map(Supplier::get).toList();
        }
        ExecutorService threads = pools.computeIfAbsent(together, this::pool);
        List<CompletableFuture<T>> results =
                tasks.stream().map(task -> CompletableFuture.supplyAsync(task, threads)).toList();
        try {
            CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            throw failure(e);
        }
        return results.stream().map(CompletableFuture::join).toList();
    }

    /** A fixed pool makes a new thread for each of its first tasks, which here sets its cores. */
    private ExecutorService pool(int threads) {
        ExecutorService pool = Executors.newFixedThreadPool(threads, SideBySide::daemon);
        Runnable share =
                () -> {
                    JniUtils.getNumThreads(); // the first call gives a new thread the default
                    JniUtils.setNumThreads(cores / threads);
                };
        CompletableFuture<?>[] shares = new CompletableFuture<?>[threads];
        Arrays.setAll(shares, i -> CompletableFuture.runAsync(share, pool));
        CompletableFuture.allOf(shares).join();
        JniUtils.setNumThreads(cores); // which is also the default
        return pool;
    }

    private static RuntimeException failure(CompletionException thrown) {
        if (thrown.getCause() instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown.getCause();
    }
}
