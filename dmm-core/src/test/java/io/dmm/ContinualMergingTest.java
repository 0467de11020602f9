package io.dmm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.CaptionedImage;
import io.dmm.distill.LearningRate;
import io.dmm.distill.Progress;
import io.dmm.distill.StepMetrics;
import io.dmm.distill.Student;
import io.dmm.distill.Synthesis;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.Validation;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.GradMode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A model of two styles that is trained further. */
class ContinualMergingTest {
    private static final List<CaptionedImage> PICTURES = SmallModels.pictures(16);
    private static final Synthesis.Settings DRAWING = new Synthesis.Settings(3, 1);

    @TempDir private static Path folder;
    private static StableDiffusion base;
    private static List<Expert> experts;
    private static List<Expert> more;
    private static MergedModel merged;

    @BeforeAll
    static void mergeTwo() throws IOException {
        base = SmallModels.base();
        experts = SmallModels.experts(folder);
        more =
                List.of(
                        SmallModels.expert(folder, "third", 4),
                        Expert.lora("fourth", Reference.path("lora/locon.safetensors"), 1));
        merged = settings(Dmm.distill(base)).experts(experts).steps(20).run();
    }

    @AfterAll
    static void close() {
        merged.close();
        base.close();
    }

    @Test
    void roundAfterRound_addsStylesAndKeepsTheNames() throws IOException {
        float[] before = predicted(merged, 1);
        try (MergedModel three = extended(merged, more.get(0), 0.5, 2);
                MergedModel four = extended(three, more.get(1), 0.5, 2)) {
            assertEquals(List.of("first", "second", "third"), three.styles());
            assertEquals(List.of("first", "second", "third", "fourth"), four.styles());
            four.save(folder.resolve("four"));
        }
        try (MergedModel loaded = MergedModel.load(folder.resolve("four"))) {
            assertEquals(List.of("first", "second", "third", "fourth"), loaded.styles());
            loaded.sample("a house").style("third").steps(2).image();
        }
        assertArrayEquals(before, predicted(merged, 1), "the model that was extended");
    }

    @Test
    void savedModel_saysWhatAllItsRoundsWere() throws IOException {
        Path path = folder.resolve("three");
        try (MergedModel three = extended(merged, more.get(0), 0.5, 2)) {
            three.save(path);
        }
        try (MergedModel three = MergedModel.load(path);
                MergedModel refined =
                        settings(three.refine(base))
                                .experts(List.of(experts.get(1).withWeight(2).withClipSkip(2)))
                                .steps(1)
                                .seed(9)
                                .run()) {
            refined.save(folder.resolve("refined"));
        }
        Map<String, String> said = Dmm.inspect(folder.resolve("refined")).metadata();
        assertEquals("first\nsecond\nthird", said.get("dmm.styles"));
        assertEquals("first\nsecond", said.get("dmm.round1.experts"));
        for (Expert expert : experts) {
            assertEquals(expert.source().sha256(), said.get("dmm.round1.teacher." + expert.name()));
        }
        assertEquals("20", said.get("dmm.round1.steps"));
        assertEquals("BASE", said.get("dmm.round1.start"));
        assertEquals("third", said.get("dmm.round2.experts"));
        assertEquals("true", said.get("dmm.round2.extending"));
        assertEquals("0.5", said.get("dmm.round2.regularizer"));
        assertEquals("[2.0]", said.get("dmm.round3.weights"));
        assertEquals("[2]", said.get("dmm.round3.clip_skips"));
        assertEquals("9", said.get("dmm.round3.seed"));
        assertEquals(
                merged.metadata(), saidOfRound(said, 1), "the model that was extended, saved late");
        assertEquals(Set.of(), saidOfRound(said, 4).keySet());
        assertTrue(saidOfRound(said, 1).size() < 24, said.toString());
    }

    private static Map<String, String> saidOfRound(Map<String, String> said, int round) {
        Map<String, String> ofRound = new TreeMap<>(said);
        ofRound.keySet().removeIf(key -> !key.startsWith("dmm.round" + round + "."));
        return ofRound;
    }

    @Test
    void frozenCopy_keepsTheOldStyles() throws IOException {
        double[] drift = new double[2];
        double[] learned = new double[2];
        for (int i = 0; i < 2; i++) {
            try (MergedModel three = extended(merged, more.get(0), i == 0 ? 0 : 0.5, 40)) {
                drift[i] =
                        distance(predicted(merged, 0), predicted(three, 0))
                                + distance(predicted(merged, 1), predicted(three, 1));
                learned[i] = gap(three, more.get(0));
            }
        }
        assertTrue(drift[1] < drift[0] / 2, drift[1] + " with, " + drift[0] + " without");
        assertTrue(learned[0] > 0.3 && learned[1] > 0.3, learned[0] + ", " + learned[1]);
    }

    @Test
    void refinement_bringsAStyleNearerOnItsOwnPictures() throws IOException {
        Distillation refinement =
                settings(merged.refine(base))
                        .experts(experts)
                        .captions(List.of())
                        .prompts(PICTURES.stream().map(CaptionedImage::caption).toList())
                        .synthesize(16, DRAWING)
                        .steps(30);
        try (MergedModel refined = refinement.run()) {
            assertEquals(merged.styles(), refined.styles());
            for (int i = 0; i < 2; i++) {
                double before = compare(merged, experts.get(i)).own().closedGap();
                double after = compare(refined, experts.get(i)).own().closedGap();
                assertTrue(after > before, before + " → " + after);
            }
        }
    }

    /** The other style has no expert in the run; the model merged before keeps it. */
    @Test
    void refinementOfOneStyle_keepsTheOther() throws IOException {
        double before = compare(merged, experts.get(1)).common().closedGap();
        double kept = after(0.5);
        double forgotten = after(0);
        assertTrue(kept > forgotten, kept + ", " + forgotten);
        assertTrue(before - kept < 0.5 * (before - forgotten), before + " → " + kept);
    }

    @Test
    void refinement_drawsOtherSamplesThanTheRunBefore() {
        List<Double> losses = new ArrayList<>();
        TrainingListener first =
                new TrainingListener() {
                    @Override
                    public void onProgress(Progress progress) {}

                    @Override
                    public void onStep(StepMetrics metrics) {
                        losses.add(metrics.loss());
                    }
                };
        LearningRate none = LearningRate.constant(1e-12);
        try (MergedModel same =
                        settings(Dmm.distill(base))
                                .experts(experts)
                                .steps(1)
                                .learningRate(none)
                                .listen(first)
                                .run();
                MergedModel again =
                        settings(same.refine(base))
                                .experts(experts)
                                .steps(1)
                                .learningRate(none)
                                .listen(first)
                                .run()) {
            assertNotEquals(losses.get(0), losses.get(1), 1e-3 * losses.get(0));
        }
    }

    @Test
    void regularizer_isByDefaultAHalfOrLessForFewStyles() {
        List<Expert> seven =
                IntStream.range(0, 7)
                        .mapToObj(i -> Expert.checkpoint("expert " + i, folder))
                        .toList();
        Distillation refinement = Dmm.distill(base).experts(seven);
        assertEquals(1.0 / 8, refinement.regularizer(List.of(7)));
        assertEquals(0.5, refinement.regularizer(List.of(7, 8, 9, 10, 11, 12, 13, 14)));
        assertEquals(0.4, refinement.regularizer(0.4).regularizer(List.of(7)));
    }

    private double after(double regularizer) throws IOException {
        Distillation refinement =
                settings(merged.refine(base))
                        .experts(experts.subList(0, 1))
                        .regularizer(regularizer)
                        .synthesize(6, DRAWING)
                        .steps(30);
        try (MergedModel refined = refinement.run()) {
            return compare(refined, experts.get(1)).common().closedGap();
        }
    }

    @Test
    void keptStyles_eachNeedAPrompt() {
        assertRefused(
                "distillation: prompts, expected at least one for each of the 2 styles to keep but"
                        + " was 1",
                () ->
                        settings(merged.extend(base))
                                .experts(more)
                                .captions(List.of())
                                .prompts(List.of("a house"))
                                .synthesize(1, DRAWING)
                                .run());
    }

    @Test
    void promptsAlone_areEnough() throws IOException {
        Distillation distillation =
                Dmm.distill(base)
                        .experts(experts)
                        .prompts(List.of("a house", "a boat by the sea", "a tree"))
                        .synthesize(3, DRAWING)
                        .steps(3)
                        .batch(8);
        try (MergedModel model = distillation.run()) {
            assertEquals(List.of("first", "second"), model.styles());
        }
    }

    @Test
    void validation_tellsGapsAndDrawsEveryStyle() throws IOException {
        List<Validation> validations = new ArrayList<>();
        List<String> samples = new ArrayList<>();
        TrainingListener listener =
                new TrainingListener() {
                    @Override
                    public void onProgress(Progress progress) {}

                    @Override
                    public void onValidation(Validation validation) {
                        validations.add(validation);
                    }

                    @Override
                    public void onSample(long step, String name, BufferedImage picture) {
                        assertEquals(2 * (SmallModels.SIZE + 2), picture.getWidth());
                        samples.add(step + " " + name);
                    }
                };
        try (MergedModel model =
                settings(Dmm.distill(base))
                        .experts(experts)
                        .steps(40)
                        .validate(
                                25,
                                SmallModels.pictures(4),
                                request -> request.size(SmallModels.SIZE + 2, SmallModels.SIZE),
                                "a house",
                                "a boat")
                        .listen(listener)
                        .run()) {
            assertEquals(List.of(25L, 40L), validations.stream().map(Validation::step).toList());
            for (String style : model.styles()) {
                double early = validations.get(0).figures().get("closedGap." + style);
                double whole = validations.get(1).figures().get("closedGap." + style);
                assertTrue(early > 0 && whole > early, early + " → " + whole);
            }
            assertEquals(
                    List.of("25 first", "25 second", "40 first", "40 second"),
                    List.copyOf(samples));
        }
    }

    @Test
    void namesThatDoNotFit_areRefused() {
        assertRefused(
                "experts: expected names other than those of [first, second] but was 'first';"
                        + " refine(…) trains a style further",
                () -> merged.extend(base).experts(experts));
        assertRefused(
                "experts: expected some of [first, second] but was 'third'; extend(…) adds a"
                        + " style",
                () -> merged.refine(base).experts(more));
        assertRefused(
                "regularizer: share of the batch, expected a number in [0, 1) but was 1.0",
                () -> merged.extend(base).regularizer(1));
        assertRefused(
                "distillation: start, expected none, since a merged model is trained on, but was"
                        + " MEAN_OF_EXPERTS",
                () ->
                        settings(merged.extend(base))
                                .experts(more)
                                .start(Student.Start.MEAN_OF_EXPERTS)
                                .run());
        assertRefused(
                "sample: steps, expected 1 to 1000 but was 1001",
                () ->
                        settings(merged.extend(base))
                                .experts(more)
                                .synthesize(4, new Synthesis.Settings(1001, 1))
                                .run());
        assertRefused(
                "'first': weight, expected a number above 0 but was NaN",
                () -> experts.get(0).withWeight(Double.NaN));
    }

    private static MergedModel extended(MergedModel model, Expert expert, double share, long steps)
            throws IOException {
        return settings(model.extend(base))
                .experts(List.of(expert))
                .regularizer(share)
                .steps(steps)
                .run();
    }

    private static Distillation settings(Distillation distillation) {
        return distillation
                .captions(PICTURES)
                .batch(12)
                .learningRate(LearningRate.cosine(5e-3))
                .seed(3);
    }

    private static double gap(MergedModel model, Expert expert) {
        return compare(model, expert).common().closedGap();
    }

    private static Comparison compare(MergedModel model, Expert expert) {
        return Comparison.of(
                        base, model, List.of(expert), PICTURES, DRAWING, 9, TrainingListener.NONE)
                .get(0);
    }

    /** What a style predicts for some noise. */
    private static float[] predicted(MergedModel model, int style) {
        int styles = model.styles().size();
        float[] row = new float[styles];
        row[style] = 1;
        try (NDManager memory = base.manager().newSubManager();
                GradMode mode = GradMode.off()) {
            NDArray latents = memory.arange(4 * 8 * 8f).sin().reshape(1, 4, 8, 8);
            return model.pipeline()
                    .unet()
                    .forward(
                            latents,
                            new float[] {300},
                            base.encode(memory, List.of("a house"), 1),
                            memory.create(row, new Shape(1, styles)))
                    .toFloatArray();
        }
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.pow(a[i] - b[i], 2);
        }
        return sum;
    }

    private static void assertRefused(String message, Executable executable) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, executable).getMessage());
    }
}
