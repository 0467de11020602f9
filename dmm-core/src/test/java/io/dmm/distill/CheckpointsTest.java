package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.distill.TrainingLoop.Objective;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;
import io.dmm.tensor.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trainings in parts, held against the same in a piece. */
class CheckpointsTest {
    private static final RunConfiguration CONFIGURATION = SavedFiles.CONFIGURATION;
    private static final TrainingLoop LOOP = loop(Optimizer.Rule.ADAMW);

    @TempDir Path folder;
    private final NDManager manager = Compute.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    private static TrainingLoop loop(Optimizer.Rule rule) {
        return new TrainingLoop(20, 8, 2, rule, LearningRate.cosine(0.05).withWarmup(4), 0.01, 1);
    }

    /**
     * A linear map that is trained on random data, beside a rival that learns by an optimiser of
     * its own to undo it, as a discriminator does.
     */
    private final class Rivals implements Objective, AutoCloseable {
        private final Map<String, NDArray> parameters =
                Map.of(
                        "weight",
                        manager.zeros(new Shape(2, 4)),
                        "bias",
                        manager.zeros(new Shape(2)));
        private final Map<String, NDArray> rival = Map.of("w", manager.ones(new Shape(2)));
        private final AdamW rivalOptimizer = new AdamW(manager, rival, 0);

        @Override
        public StepLosses accumulate(NDManager memory, long microStep, double share) {
            PhiloxRandom random = PhiloxRandom.of(3, microStep, Purpose.DATA);
            float[] values = new float[16];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble();
            }
            NDArray x = Ops.create(memory, values, new Shape(4, 4));
            NDArray y = Ops.linear(x, parameters.get("weight"), parameters.get("bias"));
            y.attach(memory);
            NDArray loss = y.mul(rival.get("w")).sub(1f).square().mean();
            GradMode.backward(Ops.scale(loss, share));
            return new StepLosses(loss.getFloat(), Map.of("score", (double) loss.getFloat()));
        }

        @Override
        public void update() {
            rivalOptimizer.step(0.01, 1);
        }

        @Override
        public void discard() {
            rivalOptimizer.discard();
        }

        @Override
        public Map<String, Map<String, NDArray>> state() {
            return Map.of("rival", rival, "rivalOptimizer", rivalOptimizer.state());
        }

        private void train(TrainingLoop loop, Checkpoints checkpoints, TrainingListener listener) {
            try (checkpoints) {
                loop.run(manager, parameters, this, listener, checkpoints);
            }
        }

        /** All that was trained. */
        private Map<String, List<Float>> values() {
            Map<String, List<Float>> values = new TreeMap<>();
            parameters.forEach((name, array) -> values.put(name, list(array)));
            state().forEach(
                            (part, arrays) ->
                                    arrays.forEach(
                                            (name, array) ->
                                                    values.put(part + "." + name, list(array))));
            return values;
        }

        @Override
        public void close() {
            rivalOptimizer.close();
        }
    }

    private static List<Float> list(NDArray array) {
        List<Float> values = new ArrayList<>();
        for (float value : array.toFloatArray()) {
            values.add(value);
        }
        return values;
    }

    private Checkpoints open(long every) {
        return Checkpoints.open(folder, every, CONFIGURATION);
    }

    private Map<String, List<Float>> inAPiece(TrainingLoop loop) {
        try (Rivals whole = new Rivals()) {
            whole.train(loop, Checkpoints.none(), TrainingListener.NONE);
            return whole.values();
        }
    }

    @ParameterizedTest
    @EnumSource
    void tenStepsAndTenMore_equalTwenty(Optimizer.Rule rule) {
        TrainingLoop loop = loop(rule);
        try (Rivals first = new Rivals();
                Rivals second = new Rivals()) {
            Heard interrupting = new Heard(10);
            assertThrows(
                    CancellationException.class, () -> first.train(loop, open(100), interrupting));
            assertFalse(Thread.currentThread().isInterrupted());
            Heard rest = new Heard(0);
            second.train(loop, open(100), rest);
            assertEquals(11, rest.firstStep);
            assertEquals(10, rest.steps);
            assertEquals(20, rest.lastDone);
            assertEquals(inAPiece(loop), second.values());
        }
    }

    @Test
    void manyParts_equalOne() {
        Map<String, List<Float>> values = Map.of();
        for (int stop = 3; stop <= 21; stop += 3) {
            try (Rivals part = new Rivals()) {
                Heard interrupting = new Heard(stop);
                if (stop < 21) {
                    assertThrows(
                            CancellationException.class,
                            () -> part.train(LOOP, open(2), interrupting));
                } else {
                    part.train(LOOP, open(2), interrupting);
                }
                values = part.values();
            }
        }
        assertEquals(inAPiece(LOOP), values);
    }

    /** Counts, and interrupts the thread after the given step. */
    private static final class Heard implements TrainingListener {
        private final long interruptAfter;
        private long firstStep;
        private long lastDone;
        private int steps;

        Heard(long interruptAfter) {
            this.interruptAfter = interruptAfter;
        }

        @Override
        public void onStep(StepMetrics metrics) {
            firstStep = steps++ == 0 ? metrics.step() : firstStep;
            if (metrics.step() == interruptAfter) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void onProgress(Progress progress) {
            lastDone = progress.done();
        }
    }

    @Test
    void cancellationByTheListener_leavesTheStepThatWasDone() {
        TrainingListener cancelling =
                new TrainingListener() {
                    @Override
                    public void onProgress(Progress progress) {}

                    @Override
                    public void onStep(StepMetrics metrics) {
                        if (metrics.step() == 7) {
                            throw new CancellationException("validation");
                        }
                    }
                };
        try (Rivals first = new Rivals();
                Rivals second = new Rivals()) {
            assertThrows(
                    CancellationException.class, () -> first.train(LOOP, open(100), cancelling));
            Heard rest = new Heard(0);
            second.train(LOOP, open(100), rest);
            assertEquals(8, rest.firstStep);
            assertEquals(inAPiece(LOOP), second.values());
        }
    }

    @Test
    void runWhoseListenerFails_goesOnAfterItsLastStep() throws IOException {
        TrainingListener failing =
                progress -> {
                    if (progress.done() == 14) {
                        throw new IllegalStateException("no room for the chart");
                    }
                };
        try (Rivals first = new Rivals();
                Rivals second = new Rivals()) {
            assertThrows(IllegalStateException.class, () -> first.train(LOOP, open(6), failing));
            assertEquals(
                    List.of(".lock", "step-00000012", "step-00000014"), SavedFiles.list(folder));
            Heard rest = new Heard(0);
            second.train(LOOP, open(6), rest);
            assertEquals(15, rest.firstStep);
            assertEquals(inAPiece(LOOP), second.values());
        }
        assertEquals(List.of(".lock", "step-00000018", "step-00000020"), SavedFiles.list(folder));
    }

    @Test
    void endedRun_isRestoredWithoutAStep() {
        try (Rivals first = new Rivals();
                Rivals second = new Rivals();
                Rivals third = new Rivals()) {
            first.train(LOOP, open(100), TrainingListener.NONE);
            Heard nothing = new Heard(0);
            second.train(LOOP, open(100), nothing);
            assertEquals(0, nothing.steps);
            assertEquals(first.values(), second.values());
            try (Checkpoints checkpoints = open(100)) {
                assertTrue(checkpoints.resumes());
                assertTrue(checkpoints.isFinished(20));
                assertFalse(checkpoints.isFinished(21));
                assertEquals(
                        folder.resolve("step-00000020")
                                + ": is beyond the run, expected at most step 19 but was 20; ask"
                                + " for more steps or name another folder",
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> checkpoints.isFinished(19))
                                .getMessage());
                checkpoints.restore(TrainingLoop.PARAMETERS, third.parameters);
            }
            for (String name : List.of("weight", "bias")) {
                assertEquals(list(first.parameters.get(name)), list(third.parameters.get(name)));
            }
        }
    }

    @Test
    void firstCheckpoint_isOfTheStart() throws IOException {
        try (Rivals first = new Rivals()) {
            Thread.currentThread().interrupt();
            assertThrows(
                    CancellationException.class,
                    () -> first.train(LOOP, open(100), TrainingListener.NONE));
        }
        assertEquals(List.of(".lock", "step-00000000"), SavedFiles.list(folder));
        try (Rivals second = new Rivals()) {
            second.train(LOOP, open(100), TrainingListener.NONE);
            assertEquals(inAPiece(LOOP), second.values());
        }
    }

    @Test
    void tenStepsInARowThatAreNotFinite_leaveTheLastGoodCheckpoint() {
        NDArray weight = manager.create(new float[] {1, 2});
        NDArray bad = manager.create(new float[] {Float.NaN, 1});
        NDArray good = manager.create(new TorchRandom(1).normal(2));
        Objective diverging =
                Objective.of(
                        (memory, step) -> {
                            NDArray product = weight.mul(step < 5 ? good : bad);
                            product.attach(memory);
                            return product.sum();
                        });
        TrainingLoop loop = new TrainingLoop(100, 1, LearningRate.constant(0.1), 0, 1);
        try (Checkpoints checkpoints = open(4)) {
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            loop.run(
                                    manager,
                                    Map.of("weight", weight),
                                    diverging,
                                    TrainingListener.NONE,
                                    checkpoints));
        }
        NDArray restored = manager.zeros(new Shape(2));
        try (Checkpoints checkpoints = open(4)) {
            checkpoints.restore(TrainingLoop.PARAMETERS, Map.of("weight", restored));
        }
        assertArrayEquals(weight.toFloatArray(), restored.toFloatArray());
        assertTrue(Float.isFinite(restored.sum().getFloat()));
    }

    @Test
    void noStepBetweenTwo_isRefused() {
        assertEquals(
                "checkpoints: expected at least 1 step between two but was 0",
                assertThrows(IllegalArgumentException.class, () -> open(0)).getMessage());
    }
}
