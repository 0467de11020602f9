package io.dmm.distill;

import static io.dmm.distill.TimestepSampling.UNIFORM;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.SmallModels;
import io.dmm.data.Cache;
import io.dmm.data.LatentSet;
import io.dmm.data.RowListener;
import io.dmm.data.TextStates;
import io.dmm.model.unet.Activations;
import io.dmm.model.unet.UNet;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Three teachers and batches of seven, of one picture: what is drawn can be told by hand. */
class DistillationObjectiveTest {
    private static final String CAPTION = "a house number 0";
    private static final int BATCH = 7;
    private static final long SEED = 5;

    private final StableDiffusion base = SmallModels.base();
    private final NDManager manager = base.manager();
    private final LatentSet set =
            LatentSet.encode(
                    manager, base.vae(), SmallModels.pictures(1), Cache.NONE, RowListener.NONE);
    private final TextStates textStates =
            new TextStates(
                    manager, (memory, texts) -> base.encode(memory, texts, 1), set.captions());
    private final List<Teacher> teachers =
            List.of(teacher("a", 2), teacher("b", 3), teacher("c", 4));

    @AfterEach
    void close() {
        base.close();
    }

    @Test
    void lossAtTheStart_isThatOfTheBase() {
        UNet student = Student.of(manager, base.unet(), 3, 7);
        assertEquals(byHand(base.unet(), 0, false, UNIFORM), loss(student, null, 0), 1e-6);
    }

    @Test
    void everySample_hasTheStyleOfItsTeacher() {
        UNet student = SmallModels.unet(manager, 9, 3);
        for (int step = 0; step < 6; step++) {
            assertEquals(byHand(student, step, true, UNIFORM), loss(student, null, step), 1e-6);
        }
    }

    @Test
    void halfOfTheSamples_areTheTeachersOwn() {
        UNet student = SmallModels.unet(manager, 9, 3);
        double common = loss(student, null, 0);
        assertEquals(common, loss(student, set, 0), 1e-6);
        LatentSet own = new LatentSet(manager.ones(new Shape(1, 4, 8, 8)), set.captions());
        assertTrue(Math.abs(common - loss(student, own, 0)) > 1e-4);
    }

    @Test
    void parts_areThoseOfTheScoreByTeacher() {
        UNet student = SmallModels.unet(manager, 9, 3);
        try (NDManager memory = manager.newSubManager();
                GradMode mode = GradMode.on()) {
            DistillationObjective objective =
                    objective(student, null, UNIFORM, Loss.score(), Loss.features(0.5));
            StepLosses losses = objective.accumulate(memory, 2, 1);
            Map<String, Double> parts = losses.parts();
            int[] counts = counts(BATCH, 2);
            double mean =
                    (counts[0] * parts.get("score.a")
                                    + counts[1] * parts.get("score.b")
                                    + counts[2] * parts.get("score.c"))
                            / BATCH;
            assertEquals(parts.get("score"), mean, 1e-6);
            assertEquals(losses.total(), parts.get("score") + parts.get("features"), 1e-6);
        }
    }

    @Test
    void discriminator_learnsInTurnWithTheStudent() {
        UNet student = SmallModels.unet(manager, 9, 3);
        DistillationObjective objective =
                objective(student, null, UNIFORM, Loss.score(), Loss.adversarial(0.01));
        Map<String, NDArray> state = objective.state().get("discriminator");
        String head = state.keySet().stream().filter(n -> n.endsWith("weight")).findFirst().get();
        float[] before = state.get(head).toFloatArray();
        try (NDManager memory = manager.newSubManager();
                GradMode mode = GradMode.on()) {
            StepLosses losses = objective.accumulate(memory, 0, 1);
            double deception = losses.parts().get("adversarial");
            assertEquals(losses.total(), losses.parts().get("score") + deception, 1e-6);
            // six classes and a head that knows nothing yet
            assertEquals(0.01 * Math.log(6), deception, 0.005);
            assertEquals(2 * Math.log(6), losses.parts().get("discriminator"), 1);
            objective.discard();
            assertArrayEquals(before, state.get(head).toFloatArray());
            objective.accumulate(memory, 1, 1);
            objective.update();
        }
        assertFalse(Arrays.equals(before, state.get(head).toFloatArray()));
    }

    @Test
    void minSnr_weighsSamplesOfLittleNoiseDown() {
        ScoreLoss plain = Loss.score();
        ScoreLoss limited = Loss.score().withMinSnr(5);
        for (int timestep : new int[] {0, 100, 400, 999}) {
            double alphas = Math.pow(base.schedule().alpha(timestep), 2);
            double snr = alphas / (1 - alphas);
            assertEquals(1, plain.weight(base.schedule(), timestep));
            assertEquals(Math.min(snr, 5) / snr, limited.weight(base.schedule(), timestep), 1e-9);
        }
        UNet student = SmallModels.unet(manager, 9, 3);
        try (NDManager memory = manager.newSubManager()) {
            double all = value(objective(student, null, UNIFORM, plain), memory, 1);
            assertTrue(value(objective(student, null, UNIFORM, limited), memory, 1) < all);
        }
    }

    @Test
    void gradient_reachesTheStudentButNoTeacher() {
        UNet student = SmallModels.unet(manager, 9, 3);
        student.parameters().values().forEach(array -> array.setRequiresGradient(true));
        Map<String, NDArray> taught = teachers.get(0).unet().parameters();
        taught.values().forEach(array -> array.setRequiresGradient(true));
        try (NDManager memory = manager.newSubManager();
                GradMode mode = GradMode.on()) {
            objective(student, null).accumulate(memory, 0, 1);
            student.parameters().forEach((name, array) -> assertTrue(gradient(array) > 0, name));
            taught.forEach((name, array) -> assertEquals(0, gradient(array), name));
        }
    }

    @Test
    void step_leavesNoArraysBehind() {
        UNet student = SmallModels.unet(manager, 9, 3);
        int before = manager.getManagedArrays().size();
        loss(student, set, 0);
        assertEquals(before, manager.getManagedArrays().size());
    }

    private static float gradient(NDArray parameter) {
        try (NDArray gradient = parameter.getGradient()) {
            return gradient.abs().max().getFloat();
        }
    }

    private Teacher teacher(String name, long seed) {
        return new Teacher(name, SmallModels.unet(manager, seed, 0), textStates);
    }

    private DistillationObjective objective(UNet student, LatentSet own) {
        return objective(student, own, UNIFORM, Loss.score());
    }

    private DistillationObjective objective(
            UNet student, LatentSet own, TimestepSampling timesteps, Loss... losses) {
        student.parameters().values().forEach(array -> array.setRequiresGradient(true));
        List<Lesson> lessons = new ArrayList<>();
        for (int i = 0; i < teachers.size(); i++) {
            lessons.add(Lesson.of(teachers.get(i), i, set, own));
        }
        return new DistillationObjective(
                manager,
                new DistillationObjective.StudentNetwork(student, base.unet(), Activations.KEPT),
                textStates,
                new SampleDrawing(lessons, base.schedule(), timesteps, BATCH, 1, SEED),
                List.of(losses));
    }

    private static double value(DistillationObjective objective, NDManager memory, long step) {
        try (GradMode mode = GradMode.on()) {
            return objective.accumulate(memory, step, 1).total();
        }
    }

    @Test
    void timestepsThatAreDrawnMoreOften_countLess() {
        UNet student = SmallModels.unet(manager, 9, 3);
        TimestepSampling leaning = new TimestepSampling(0.3);
        try (NDManager memory = manager.newSubManager()) {
            double loss = value(objective(student, null, leaning, Loss.score()), memory, 1);
            assertEquals(byHand(student, 1, true, leaning), loss, 1e-5 * loss);
        }
    }

    @Test
    void features_areTheMeanOverBlocksOfTheirMeanSquaredDifferences() {
        UNet student = SmallModels.unet(manager, 9, 3);
        double score = loss(student, null, 1);
        try (NDManager memory = manager.newSubManager()) {
            double both =
                    value(
                            objective(student, null, UNIFORM, Loss.score(), Loss.features(0.5)),
                            memory,
                            1);
            double expected = score + 0.5 * featuresByHand(student, 1);
            assertEquals(expected, both, 1e-5 * expected);
            assertTrue(both > 1.01 * score);
        }
    }

    private double featuresByHand(UNet student, int step) {
        PhiloxRandom dropping = PhiloxRandom.of(SEED, step, Purpose.CAPTION);
        double sum = 0;
        try (NDManager memory = manager.newSubManager();
                GradMode mode = GradMode.off()) {
            NoisyLatents noisy =
                    NoisyLatents.draw(
                            set.latents(memory, new long[BATCH]), base.schedule(), SEED, step);
            List<Integer> turns = turns(step);
            for (int i = 0; i < BATCH; i++) {
                String caption = dropping.nextDouble() < 0.1 ? "" : CAPTION;
                NDArray context = textStates.of(memory, List.of(caption));
                NDArray latents = noisy.latents().get(i + ":" + (i + 1));
                float[] timestep = {noisy.timesteps()[i]};
                float[] row = new float[3];
                row[turns.get(i)] = 1;
                NDArray style = memory.create(row, new Shape(1, 3));
                List<NDArray> expected = new ArrayList<>();
                List<NDArray> actual = new ArrayList<>();
                teachers.get(turns.get(i))
                        .unet()
                        .forward(latents, timestep, context, null, expected);
                student.forward(latents, timestep, context, style, actual);
                for (int block = 0; block < actual.size(); block++) {
                    NDArray difference = actual.get(block).sub(expected.get(block));
                    sum += difference.square().mean().getFloat() / actual.size();
                }
            }
        }
        return sum / BATCH;
    }

    @Test
    void featureWeight_mustBePositive() {
        assertEquals(
                "feature imitation: weight, expected a number above 0 but was 0.0",
                assertThrows(IllegalArgumentException.class, () -> Loss.features(0)).getMessage());
    }

    private double loss(UNet student, LatentSet own, long step) {
        try (NDManager memory = manager.newSubManager()) {
            return value(objective(student, own), memory, step);
        }
    }

    /** The mean squared difference of student and teachers, one sample after the other. */
    private double byHand(UNet student, int step, boolean styled, TimestepSampling sampling) {
        PhiloxRandom dropping = PhiloxRandom.of(SEED, step, Purpose.CAPTION);
        double sum = 0;
        long count = 0;
        try (NDManager memory = manager.newSubManager();
                GradMode mode = GradMode.off()) {
            NoisyLatents noisy =
                    NoisyLatents.draw(
                            set.latents(memory, new long[BATCH]),
                            base.schedule(),
                            sampling,
                            SEED,
                            step);
            List<Integer> turns = turns(step);
            for (int i = 0; i < BATCH; i++) {
                String caption = dropping.nextDouble() < 0.1 ? "" : CAPTION;
                NDArray context = textStates.of(memory, List.of(caption));
                NDArray latents = noisy.latents().get(i + ":" + (i + 1));
                float[] timestep = {noisy.timesteps()[i]};
                float[] row = new float[3];
                row[turns.get(i)] = 1;
                NDArray style = styled ? memory.create(row, new Shape(1, 3)) : null;
                float[] expected =
                        teachers.get(turns.get(i))
                                .unet()
                                .forward(latents, timestep, context, null)
                                .toFloatArray();
                double weight = sampling.weight((int) timestep[0], 1000);
                float[] actual = student.forward(latents, timestep, context, style).toFloatArray();
                for (int j = 0; j < actual.length; j++) {
                    sum += Math.pow(expected[j] - actual[j], 2) * weight;
                }
                count += actual.length;
            }
        }
        return sum / count;
    }

    /** The teacher of each sample. */
    private List<Integer> turns(int step) {
        int[] counts = counts(BATCH, step);
        List<Integer> turns = new ArrayList<>();
        for (int teacher = 0; teacher < 3; teacher++) {
            turns.addAll(Collections.nCopies(counts[teacher], teacher));
        }
        return turns;
    }

    @Test
    void samplesOfABatch_areInProportionToTheWeights() {
        List<Lesson> lessons = new ArrayList<>();
        double[] weights = {1, 2, 0.5};
        for (int i = 0; i < 3; i++) {
            lessons.add(new Lesson(teachers.get(i), List.of(i), set, null, 0.5, weights[i]));
        }
        for (int step = 0; step < 700; step++) {
            int[] counts = new SampleDrawing(lessons, null, UNIFORM, BATCH, 1, SEED).counts(step);
            assertEquals(BATCH, counts[0] + counts[1] + counts[2]);
            for (int i = 0; i < 3; i++) {
                // 2, 4 and 1 of 7 are whole numbers
                assertEquals(2 * weights[i], counts[i]);
            }
        }
        int[] uneven = new int[3];
        for (int step = 0; step < 900; step++) {
            int[] counts = counts(8, step);
            for (int i = 0; i < 3; i++) {
                assertTrue(counts[i] == 2 || counts[i] == 3, Arrays.toString(counts));
                uneven[i] += counts[i];
            }
        }
        for (int count : uneven) {
            assertEquals(2400, count, 3);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 3, 1", "2, 3, 2", "3, 4, 4", "1, 6, 2"})
    void teachersShareAStepInParts_asOneInAPiece(int batch, int parts, int each) {
        List<Lesson> lessons = teachers.stream().map(t -> Lesson.of(t, 0, set, null)).toList();
        SampleDrawing drawing = new SampleDrawing(lessons, null, UNIFORM, batch, parts, SEED);
        for (int step = 0; step < 300; step++) {
            int[] counts = new int[3];
            for (int part = 0; part < parts; part++) {
                int[] some = drawing.counts((long) step * parts + part);
                assertEquals(batch, Arrays.stream(some).sum());
                Arrays.setAll(counts, i -> counts[i] + some[i]);
            }
            assertArrayEquals(new int[] {each, each, each}, counts);
        }
    }

    @Test
    void ownPictures_haveTheirShareOverTheSteps() {
        List<Lesson> lessons = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            lessons.add(new Lesson(teachers.get(i), List.of(i), set, set, 0.3, 1));
        }
        SampleDrawing drawing = new SampleDrawing(lessons, null, UNIFORM, 7, 1, SEED);
        int[] own = new int[2];
        int all = 0;
        for (int step = 0; step < 1000; step++) {
            int[] counts = drawing.counts(step);
            for (int i = 0; i < 2; i++) {
                own[i] += drawing.own(i, counts[i], step);
            }
            all += counts[0];
        }
        assertEquals(0.3 * all, own[0], 5);
        assertEquals(0.3 * (7000 - all), own[1], 5);
    }

    private int[] counts(int batch, long step) {
        List<Lesson> lessons = teachers.stream().map(t -> Lesson.of(t, 0, set, null)).toList();
        return new SampleDrawing(lessons, null, UNIFORM, batch, 1, SEED).counts(step);
    }
}
