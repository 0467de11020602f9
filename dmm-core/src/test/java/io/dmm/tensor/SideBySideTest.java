package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.dmm.SmallModels;
import io.dmm.model.unet.UNet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SideBySideTest {
    private static final int CORES = 4;

    private final int before = threads();
    private final SideBySide sideBySide = new SideBySide(CORES);

    private static int threads() {
        Compute.device(); // starts the engine
        return JniUtils.getNumThreads();
    }

    @AfterEach
    void restoreThreads() {
        JniUtils.setNumThreads(before);
    }

    @Test
    void givesResultsInTheOrderOfTasks() {
        List<Supplier<Integer>> tasks =
                IntStream.range(0, 20).<Supplier<Integer>>mapToObj(i -> () -> i).toList();
        assertEquals(IntStream.range(0, 20).boxed().toList(), sideBySide.runAll(tasks));
        assertEquals(List.of(), sideBySide.runAll(List.of()));
    }

    @Test
    void tasksRunAtTheSameTimeAndShareTheCores() {
        CountDownLatch bothRun = new CountDownLatch(2);
        Supplier<Integer> task =
                () -> {
                    bothRun.countDown();
                    await(bothRun);
                    return JniUtils.getNumThreads();
                };
        assertEquals(List.of(CORES / 2, CORES / 2), sideBySide.runAll(List.of(task, task)));
    }

    @Test
    void noMoreThreadsWorkThanTasks() {
        Set<Thread> workers = ConcurrentHashMap.newKeySet();
        Supplier<Boolean> task = () -> workers.add(Thread.currentThread());
        for (int i = 0; i < 10; i++) {
            sideBySide.runAll(List.of(task, task));
        }
        assertTrue(workers.size() <= 2, workers.toString());
    }

    @Test
    void otherThreadsKeepAllCores() {
        Supplier<Integer> task =
                () -> CompletableFuture.supplyAsync(JniUtils::getNumThreads, newThread()).join();
        assertEquals(List.of(CORES, CORES, CORES), sideBySide.runAll(List.of(task, task, task)));
        assertEquals(CORES, JniUtils.getNumThreads());
        assertEquals(CORES, task.get());
    }

    private static Executor newThread() {
        return work -> new Thread(work).start();
    }

    @Test
    void failureIsThrownOnceAllHaveEnded() {
        AtomicBoolean ended = new AtomicBoolean();
        CountDownLatch failed = new CountDownLatch(1);
        Supplier<Integer> failing =
                () -> {
                    failed.countDown();
                    throw new IllegalArgumentException("broken weights");
                };
        Supplier<Integer> slow =
                () -> {
                    await(failed);
                    ended.set(true);
                    return 1;
                };
        var thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> sideBySide.runAll(List.of(failing, slow)));
        assertEquals("broken weights", thrown.getMessage());
        assertTrue(ended.get());
    }

    @Test
    void interruptIsKeptForTheCaller() {
        Thread.currentThread().interrupt();
        assertEquals(
                List.of(1, 2), sideBySide.runAll(List.<Supplier<Integer>>of(() -> 1, () -> 2)));
        assertTrue(Thread.interrupted());
    }

    @Test
    void networksAnswerToTheBitWhatTheyAnswerInTurn() {
        try (NDManager manager = Compute.newManager()) {
            List<Supplier<NDArray>> tasks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                UNet unet = SmallModels.unet(manager, i / 2, 0);
                NDArray latents = normals(manager, i, new Shape(2, 4, 8, 8));
                NDArray context = normals(manager, i, new Shape(2, 77, 16));
                float[] timesteps = {i, 500};
                tasks.add(
                        () -> {
                            try (GradMode mode = GradMode.off()) {
                                return unet.forward(latents, timesteps, context, null);
                            }
                        });
            }
            JniUtils.setNumThreads(1);
            List<NDArray> inTurn = tasks.stream().map(Supplier::get).toList();
            for (int round = 0; round < 5; round++) {
                List<NDArray> answers = sideBySide.runAll(tasks);
                for (int i = 0; i < tasks.size(); i++) {
                    assertArrayEquals(inTurn.get(i).toFloatArray(), answers.get(i).toFloatArray());
                }
            }
        }
    }

    private static NDArray normals(NDManager manager, int seed, Shape shape) {
        PhiloxRandom random = PhiloxRandom.of(seed, 0, PhiloxRandom.Purpose.NOISE);
        return Ops.create(manager, random.normals((int) shape.size()), shape);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
