package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.SmallModels;
import io.dmm.model.unet.UNet;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.sampler.NoiseScheduleConfig;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.TorchRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two styles: pictures of the teachers differ in one channel, the student's in another. */
class AdversarialTrainingTest {
    private static final NoiseSchedule SCHEDULE = new NoiseSchedule(NoiseScheduleConfig.sd15());
    private static final Shape SHAPE = new Shape(8, 4, 8, 8);
    private static final int[] STYLES = {0, 1, 0, 1, 0, 1, 0, 1};
    private static final int TIMESTEP = 300;
    private static final double WEIGHT = 0.25;
    private static final double LEARNING_RATE = 1e-2; // of a network that learns in seconds

    private final NDManager manager = Compute.newManager();
    private final UNet base = SmallModels.unet(manager, 1, 0);

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void discriminatorLearns_andItsGradientTeachesTheStudentToPass() {
        try (AdversarialTraining adversarial = adversarial(LEARNING_RATE)) {
            Predictions predictions = predictions(manager, 1);
            double ignorant = discriminatorsLoss(adversarial, predictions);
            assertEquals(2 * Math.log(4), ignorant, 0.5, "at first it guesses among four classes");
            learn(adversarial, predictions, 150);
            double learnt = discriminatorsLoss(adversarial, predictions(manager, 2));
            assertTrue(learnt < ignorant / 4, ignorant + " fell to " + learnt);

            double seenThrough = studentsLoss(adversarial, predictions);
            predictions.student().setRequiresGradient(true);
            for (int step = 0; step < 40; step++) {
                descend(adversarial, predictions, 1000 + step);
            }
            double passing = studentsLoss(adversarial, predictions);
            assertTrue(passing < seenThrough / 4, seenThrough + " fell to " + passing);
        }
    }

    private static void descend(
            AdversarialTraining adversarial, Predictions predictions, long step) {
        try (GradMode on = GradMode.on();
                NDArray loss = adversarial.loss(predictions, step)) {
            GradMode.backward(loss);
        }
        try (GradMode off = GradMode.off();
                NDArray gradient = predictions.student().getGradient();
                NDArray move = gradient.mul(2 / gradient.norm().getFloat())) {
            predictions.student().subi(move);
            gradient.muli(0);
        }
    }

    private static void learn(AdversarialTraining adversarial, Predictions predictions, int steps) {
        for (int step = 0; step < steps; step++) {
            adversarial.accumulate(predictions, step, 1);
            adversarial.step();
        }
    }

    /** L_dis over noise that was never trained on; its gradient is thrown away. */
    private static double discriminatorsLoss(
            AdversarialTraining adversarial, Predictions predictions) {
        double sum = 0;
        for (int i = 0; i < 10; i++) {
            sum += adversarial.accumulate(predictions, 500 + i, 0) / 10;
        }
        return sum;
    }

    private static double studentsLoss(AdversarialTraining adversarial, Predictions predictions) {
        double sum = 0;
        try (GradMode off = GradMode.off()) {
            for (int i = 0; i < 10; i++) {
                try (NDArray loss = adversarial.loss(predictions, 500 + i)) {
                    sum += loss.getFloat() / WEIGHT / 10;
                }
            }
        }
        return sum;
    }

    @Test
    void studentsPass_leavesNoGradientInTheDiscriminator() {
        try (AdversarialTraining adversarial = adversarial(1e-3);
                GradMode on = GradMode.on()) {
            Predictions predictions = predictions(manager, 1);
            predictions.student().setRequiresGradient(true);
            GradMode.backward(adversarial.loss(predictions, 0));
            assertTrue(predictions.student().getGradient().norm().getFloat() > 0);
            assertEquals(0, adversarial.step());
        }
    }

    @Test
    void discriminatorsPass_leavesNoGradientInTheStudent() {
        try (AdversarialTraining adversarial = adversarial(1e-3);
                GradMode on = GradMode.on()) {
            Predictions predictions = predictions(manager, 1);
            predictions.student().setRequiresGradient(true);
            predictions.teachers().setRequiresGradient(true);
            adversarial.accumulate(predictions, 0, 1);
            assertEquals(0, predictions.student().getGradient().norm().getFloat());
            assertEquals(0, predictions.teachers().getGradient().norm().getFloat());
            assertTrue(adversarial.step() > 0);
        }
    }

    @Test
    void gradients_equalDirectionalDifferences() {
        Predictions predictions = predictions(manager, 1);
        Renoising renoising =
                new Renoising(
                        new float[] {10, 200, 400, 500, 600, 700, 800, 990}, normal(manager, 9));
        try (AdversarialTraining adversarial = adversarial(1e-3)) {
            NDArray student = predictions.student();
            student.setRequiresGradient(true);
            try (GradMode on = GradMode.on()) {
                GradMode.backward(adversarial.loss(predictions, renoising));
            }
            assertDirections(
                    student,
                    1e-2f,
                    () -> adversarial.loss(predictions, renoising).getFloat(),
                    "student");
            float[] before = student.getGradient().toFloatArray();
            adversarial.accumulate(predictions, renoising, 1);
            assertArrayEquals(before, student.getGradient().toFloatArray());
            adversarial
                    .parameters()
                    .forEach(
                            (name, parameter) ->
                                    assertDirections(
                                            parameter,
                                            2e-3f,
                                            () -> adversarial.accumulate(predictions, renoising, 0),
                                            name));
        }
    }

    /** Moves all elements along random directions; a loss of about 3 is rounded to 3e-7. */
    private static void assertDirections(
            NDArray leaf, float step, DoubleSupplier loss, String name) {
        NDArray gradient = leaf.getGradient();
        float norm = gradient.norm().getFloat();
        for (int seed = 0; seed < 3; seed++) {
            NDArray direction =
                    leaf.getManager()
                            .create(new TorchRandom(seed).normal((int) leaf.size()))
                            .reshape(leaf.getShape());
            double above = lossAt(leaf, direction.mul(step), loss);
            double below = lossAt(leaf, direction.mul(-step), loss);
            double expected = gradient.mul(direction).sum().getFloat();
            assertEquals(
                    expected, (above - below) / (2 * step), 3e-7 / (2 * step) + 1e-2 * norm, name);
        }
    }

    private static double lossAt(NDArray leaf, NDArray move, DoubleSupplier loss) {
        NDArray value = leaf.duplicate();
        try (GradMode off = GradMode.off()) {
            leaf.addi(move);
            double moved = loss.getAsDouble();
            Ops.assign(leaf, value);
            return moved;
        }
    }

    @Test
    void discardedGradients_changeNothing() {
        Predictions predictions = predictions(manager, 1);
        try (AdversarialTraining adversarial = adversarial(1e-3)) {
            adversarial.accumulate(predictions, 0, 1);
            adversarial.discard();
            assertEquals(0, adversarial.step());
        }
    }

    @Test
    void partsOfABatch_addUpToTheStepOfAll() {
        Predictions all = predictions(manager, 1);
        NDArray noise = normal(manager, 9);
        float[] timesteps = {10, 200, 400, 500, 600, 700, 800, 990};
        try (AdversarialTraining atOnce = adversarial(1e-3);
                AdversarialTraining inParts = adversarial(1e-3)) {
            atOnce.accumulate(all, new Renoising(timesteps, noise), 1);
            for (int from = 0; from < 8; from += 4) {
                Renoising part =
                        new Renoising(
                                Arrays.copyOfRange(timesteps, from, from + 4),
                                noise.get(from + ":" + (from + 4)));
                inParts.accumulate(part(all, from, from + 4), part, 0.5);
            }
            double norm = atOnce.step();
            assertEquals(norm, inParts.step(), 1e-5 * norm);
        }
    }

    private static Predictions part(Predictions all, int from, int to) {
        String rows = from + ":" + to;
        return new Predictions(
                new NoisyLatents(
                        all.noisy().latents().get(rows),
                        Arrays.copyOfRange(all.noisy().timesteps(), from, to),
                        null),
                all.student().get(rows),
                all.teachers().get(rows),
                Arrays.copyOfRange(all.styles(), from, to),
                all.context().get(rows));
    }

    @Test
    void stateWrittenIntoAnother_continuesByteForByte() {
        Predictions predictions = predictions(manager, 1);
        try (AdversarialTraining first = adversarial(1e-3);
                AdversarialTraining second =
                        new AdversarialTraining(
                                manager, base, SCHEDULE, 2, new AdversarialLoss(WEIGHT, 1e-3), 5)) {
            learn(first, predictions, 3);
            learn(second, predictions, 1);
            Map<String, NDArray> written = first.state();
            second.state().forEach((name, array) -> Ops.assign(array, written.get(name)));
            for (int step = 0; step < 2; step++) {
                Renoising renoising = new Renoising(times(step * 100), normal(manager, 9));
                for (AdversarialTraining one : List.of(first, second)) {
                    one.accumulate(predictions, renoising, 1);
                    one.step();
                }
            }
            first.state()
                    .forEach(
                            (name, array) ->
                                    assertEquals(
                                            array.toByteBuffer(),
                                            second.state().get(name).toByteBuffer(),
                                            name));
        }
    }

    private static float[] times(int timestep) {
        float[] times = new float[8];
        Arrays.fill(times, timestep);
        return times;
    }

    @Test
    void aStepOfTraining_leavesNothingButItsResults() {
        try (AdversarialTraining adversarial = adversarial(1e-3);
                NDManager memory = manager.newSubManager();
                GradMode on = GradMode.on()) {
            Predictions predictions = predictions(memory, 1);
            predictions.student().setRequiresGradient(true);
            int given = memory.getManagedArrays().size();
            int held = manager.getManagedArrays().size();
            for (int step = 0; step < 2; step++) {
                NDArray loss = adversarial.loss(predictions, step);
                GradMode.backward(loss);
                loss.close();
                adversarial.accumulate(predictions, step, 1);
                adversarial.step();
                assertEquals(given, memory.getManagedArrays().size());
                assertEquals(held, manager.getManagedArrays().size());
            }
        }
    }

    @Test
    void loss_isWeighted() {
        Predictions predictions = predictions(manager, 1);
        try (AdversarialTraining light =
                        new AdversarialTraining(
                                manager, base, SCHEDULE, 2, Loss.adversarial(1), 3);
                AdversarialTraining heavy =
                        new AdversarialTraining(
                                manager, base, SCHEDULE, 2, Loss.adversarial(4), 3)) {
            assertEquals(
                    4 * light.loss(predictions, 0).getFloat(),
                    heavy.loss(predictions, 0).getFloat());
        }
        assertEquals(1e-5, Loss.adversarial(1).learningRate());
    }

    @Test
    void badWeightOrRate_areRefused() {
        assertRefused(
                "adversarial loss: weight, expected a number above 0 but was -1.0",
                () -> Loss.adversarial(-1));
        assertRefused(
                "adversarial loss: learning rate, expected a number above 0 but was NaN",
                () -> new AdversarialLoss(1, Double.NaN));
    }

    @Test
    void styleOutsideTheCodebook_isRefused() {
        Predictions good = predictions(manager, 1);
        int[] styles = {0, 1, 0, 1, 0, 1, 0, 2};
        Predictions bad =
                new Predictions(
                        good.noisy(), good.student(), good.teachers(), styles, good.context());
        try (AdversarialTraining adversarial = adversarial(1e-3)) {
            assertRefused(
                    "adversarial loss: styles, expected numbers from 0 to 1 but was [0, 1, 0, 1, 0,"
                            + " 1, 0, 2]",
                    () -> adversarial.loss(bad, 0));
        }
    }

    @Test
    void predictionsThatDoNotFit_areRefused() {
        Predictions good = predictions(manager, 1);
        NDArray small = manager.zeros(new Shape(8, 4, 4, 4));
        assertRefused(
                "predictions: noise of the teachers, expected the shape of the latents (8, 4, 8, 8)"
                        + " but was (8, 4, 4, 4)",
                () ->
                        new Predictions(
                                good.noisy(),
                                good.student(),
                                small,
                                good.styles(),
                                good.context()));
        assertRefused(
                "predictions: styles, expected one for each of 8 samples but was 3",
                () ->
                        new Predictions(
                                good.noisy(),
                                good.student(),
                                good.teachers(),
                                new int[3],
                                good.context()));
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    private AdversarialTraining adversarial(double learningRate) {
        return new AdversarialTraining(
                manager, base, SCHEDULE, 2, new AdversarialLoss(WEIGHT, learningRate), 3);
    }

    /** Predicted noise from which the wanted pictures follow. */
    private static Predictions predictions(NDManager memory, int seed) {
        NDArray latents = normal(memory, seed);
        ForwardProcess process = ForwardProcess.at(memory, SCHEDULE, times(TIMESTEP));
        NDArray context = memory.zeros(new Shape(8, 2, 16));
        return new Predictions(
                new NoisyLatents(latents, times(TIMESTEP), null),
                noiseFor(process, latents, pictures(memory, 1)),
                noiseFor(process, latents, pictures(memory, 0)),
                STYLES,
                context);
    }

    private static NDArray noiseFor(ForwardProcess process, NDArray latents, NDArray pictures) {
        return latents.sub(pictures.mul(process.alphas())).div(process.sigmas());
    }

    /** One channel is 2 in the first style and -2 in the second. */
    private static NDArray pictures(NDManager memory, int channel) {
        float[] values = new float[(int) SHAPE.size()];
        for (int i = 0; i < values.length; i++) {
            int sample = i / (4 * 64);
            if (i / 64 % 4 == channel) {
                values[i] = 2 - 4 * STYLES[sample];
            }
        }
        return memory.create(values, SHAPE);
    }

    private static NDArray normal(NDManager memory, int seed) {
        return memory.create(new TorchRandom(seed).normal((int) SHAPE.size()), SHAPE);
    }
}
