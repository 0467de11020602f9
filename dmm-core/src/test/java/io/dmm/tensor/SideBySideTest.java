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
import io.dmm.tensor.SideBySide.Both;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SideBySideTest {
    private static final int CORES = 5;

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
    void bothRunAtTheSameTimeAndShareTheCores() {
        CountDownLatch bothRun = new CountDownLatch(2);
        Supplier<Integer> task =
                () -> {
                    bothRun.countDown();
                    await(bothRun);
                    return JniUtils.getNumThreads();
                };
        assertEquals(new Both<>(CORES / 2, CORES - CORES / 2), sideBySide.runBoth(task, task));
    }

    @Test
    void singleCore_runsThemInTurn() {
        List<String> order = new ArrayList<>();
        Both<Boolean, Boolean> both =
                new SideBySide(1).runBoth(() -> order.add("first"), () -> order.add("second"));
        assertEquals(new Both<>(true, true), both);
        assertEquals(List.of("first", "second"), order);
    }

    @Test
    void sameThreadsWorkEachTime() {
        Set<Thread> workers = ConcurrentHashMap.newKeySet();
        Supplier<Boolean> task = () -> workers.add(Thread.currentThread());
        for (int i = 0; i < 10; i++) {
            sideBySide.runBoth(task, task);
        }
        assertEquals(2, workers.size(), workers.toString());
    }

    @Test
    void otherThreadsKeepAllCores() {
        Supplier<Integer> task =
                () -> CompletableFuture.supplyAsync(JniUtils::getNumThreads, newThread()).join();
        assertEquals(new Both<>(CORES, CORES), sideBySide.runBoth(task, task));
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
                        IllegalArgumentException.class, () -> sideBySide.runBoth(failing, slow));
        assertEquals("broken weights", thrown.getMessage());
        assertTrue(ended.get());
    }

    @Test
    void interruptIsKeptForTheCaller() {
        Thread.currentThread().interrupt();
        assertEquals(new Both<>(1, 2), sideBySide.runBoth(() -> 1, () -> 2));
        assertTrue(Thread.interrupted());
    }

    @Test
    void networksAnswerToTheBitWhatTheyAnswerInTurn() {
        try (NDManager manager = Compute.newManager()) {
            List<Supplier<NDArray>> tasks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                UNet unet = SmallModels.unet(manager, i % 2, 0);
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
            SideBySide aCoreEach = new SideBySide(2);
            JniUtils.setNumThreads(1);
            List<NDArray> inTurn = tasks.stream().map(Supplier::get).toList();
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < tasks.size(); i += 2) {
                    Both<NDArray, NDArray> both = aCoreEach.runBoth(tasks.get(i), tasks.get(i + 1));
                    assertArrayEquals(inTurn.get(i).toFloatArray(), both.first().toFloatArray());
                    assertArrayEquals(
                            inTurn.get(i + 1).toFloatArray(), both.second().toFloatArray());
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
