package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.LogLines;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Ops;
import io.dmm.tensor.TorchRandom;
import io.dmm.tensor.TrainingOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Trains y = x Wᵀ + b on one batch. */
class TrainingLoopTest {
    private final NDManager manager = Compute.newManager();
    private final Reports reports = new Reports();
    private NDArray x;
    private NDArray y;
    private NDArray weight;
    private NDArray bias;

    private static final class Reports implements TrainingListener {
        private final List<StepMetrics> steps = new ArrayList<>();
        private final List<Progress> progress = new ArrayList<>();

        @Override
        public void onStep(StepMetrics metrics) {
            steps.add(metrics);
        }

        @Override
        public void onProgress(Progress report) {
            progress.add(report);
        }
    }

    @BeforeEach
    void createProblem() {
        TorchRandom random = new TorchRandom(5);
        x = manager.create(random.normal(32), new Shape(8, 4));
        y = manager.create(random.normal(16), new Shape(8, 2));
        y.subi(Ops.linear(x, manager.create(random.normal(8), new Shape(2, 4)), null).muli(-3));
        weight = manager.zeros(new Shape(2, 4));
        bias = manager.zeros(new Shape(2));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void oneBatch_isLearned() {
        run(loop(200), this::loss);
        assertTrue(last().loss() < reports.steps.get(0).loss() / 10);
    }

    @Test
    void listener_isToldOfEveryStep() {
        run(new TrainingLoop(20, 8, LearningRate.cosine(0.05), 0, 1), this::loss);
        assertEquals(20, reports.steps.size());
        assertEquals(20, reports.progress.size());
        for (int i = 0; i < 20; i++) {
            StepMetrics metrics = reports.steps.get(i);
            assertEquals(i + 1, metrics.step());
            assertEquals(LearningRate.cosine(0.05).at(i, 20), metrics.learningRate());
            assertTrue(metrics.samplesPerSecond() > 0);
            Progress progress = reports.progress.get(i);
            assertEquals(i + 1, progress.done());
            assertEquals(20, progress.total());
            assertFalse(progress.timeLeft().isNegative());
        }
        assertTrue(reports.progress.get(19).timeLeft().isZero());
    }

    @Test
    void run_leavesNoArraysBehind() {
        int before = manager.getManagedArrays().size();
        run(loop(3), this::loss);
        assertEquals(before, manager.getManagedArrays().size());
        assertFalse(weight.hasGradient());
    }

    @Test
    void equalRuns_giveEqualParameters() {
        run(loop(10), this::loss);
        float[] first = weight.toFloatArray();
        for (NDArray parameter : List.of(weight, bias)) {
            parameter.muli(0);
        }
        run(loop(10), this::loss);
        assertArrayEquals(first, weight.toFloatArray());
    }

    @Test
    void interruptedThread_stopsWithinOneStep() {
        TrainingLoop.Scalar interrupted =
                (memory, step) -> {
                    if (step == 3) {
                        Thread.currentThread().interrupt();
                    }
                    return loss(memory, step);
                };
        CancellationException stop =
                assertThrows(CancellationException.class, () -> run(loop(100), interrupted));
        assertEquals("training, after 4 of 100", stop.getMessage());
        assertEquals(4, reports.steps.size());
        assertFalse(Thread.currentThread().isInterrupted());
        assertFalse(weight.hasGradient());
    }

    @Test
    void stepThatIsNotFinite_isSkippedAndItsGradientForgotten() {
        run(loop(4), this::loss);
        float[] expected = weight.toFloatArray();
        weight.muli(0);
        bias.muli(0);
        // the optimizer's state skips the step, too: five steps are worth four
        run(loop(5), (memory, step) -> step == 2 ? notFinite(memory) : loss(memory, step));
        assertArrayEquals(expected, weight.toFloatArray());
        assertTrue(Double.isNaN(reports.steps.get(6).loss()));
        assertTrue(Double.isFinite(reports.steps.get(7).loss()));
    }

    @Test
    void skippedSteps_areToldEachTimeTheirNumberHasDoubled() {
        try (LogLines log = new LogLines(TrainingLoop.class)) {
            run(loop(14), (memory, step) -> step % 2 == 1 ? notFinite(memory) : loss(memory, step));
            List<String> told =
                    log.lines().stream().map(line -> line.replaceFirst(":[^:]*$", "")).toList();
            assertEquals(
                    List.of(
                            "WARNING: step 2 was skipped, as 1 so far",
                            "WARNING: step 4 was skipped, as 2 so far",
                            "WARNING: step 8 was skipped, as 4 so far"),
                    told);
        }
    }

    @Test
    void tenStepsInARowThatAreNotFinite_stopWithTheParametersOfTheLastGoodOne() {
        List<float[]> weights = new ArrayList<>();
        TrainingLoop.Scalar diverging =
                (memory, step) -> {
                    weights.add(weight.toFloatArray());
                    return step < 2 ? loss(memory, step) : notFinite(memory);
                };
        IllegalStateException failure =
                assertThrows(IllegalStateException.class, () -> run(loop(100), diverging));
        assertEquals(
                "training: step 12, expected a finite loss and gradient but was NaN with norm NaN,"
                        + " and so in 10 steps in a row; lower the learning rate or check the"
                        + " experts' weights",
                failure.getMessage());
        assertEquals(12, reports.steps.size());
        assertArrayEquals(weights.get(2), weight.toFloatArray());
    }

    private NDArray notFinite(NDManager memory) {
        return loss(memory, 0).mul(Float.NaN);
    }

    @Test
    void accumulatedParts_areWorthTheWholeBatch() {
        run(loop(5), this::loss);
        float[] expected = weight.toFloatArray();
        weight.muli(0);
        bias.muli(0);
        TrainingLoop halves =
                new TrainingLoop(5, 8, 2, Optimizer.Rule.ADAMW, LearningRate.constant(0.1), 0, 100);
        run(halves, (memory, part) -> loss(memory, part % 2 == 0 ? "0:4" : "4:8"));
        assertArrayEquals(expected, weight.toFloatArray(), 1e-6f);
        assertEquals(reports.steps.get(0).loss(), reports.steps.get(5).loss(), 1e-4);
    }

    @Test
    void runWithoutStepsOrSamples_isRefused() {
        LearningRate rate = LearningRate.constant(0.1);
        assertThrows(IllegalArgumentException.class, () -> new TrainingLoop(0, 1, rate, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new TrainingLoop(1, 0, rate, 0, 1));
        assertEquals(
                "training: accumulation, expected a divisor of the batch of 8 but was 3",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new TrainingLoop(1, 8, 3, Optimizer.Rule.ADAMW, rate, 0, 1))
                        .getMessage());
    }

    private static TrainingLoop loop(long steps) {
        return new TrainingLoop(steps, 8, LearningRate.constant(0.1), 0, 100);
    }

    private void run(TrainingLoop loop, TrainingLoop.Scalar loss) {
        TrainingLoop.Objective objective = TrainingLoop.Objective.of(loss);
        loop.run(manager, Map.of("weight", weight, "bias", bias), objective, reports);
    }

    private NDArray loss(NDManager memory, long step) {
        return loss(memory, ":");
    }

    private NDArray loss(NDManager memory, String rows) {
        NDArray inputs = x.get(rows);
        inputs.attach(memory);
        NDArray predicted = Ops.linear(inputs, weight, bias);
        NDArray expected = y.get(rows);
        expected.attach(memory);
        return TrainingOps.mse(predicted, expected);
    }

    private StepMetrics last() {
        return reports.steps.get(reports.steps.size() - 1);
    }
}
