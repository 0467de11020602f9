package io.dmm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.CaptionedImage;
import io.dmm.distill.EmaDecay;
import io.dmm.distill.LearningRate;
import io.dmm.distill.Loss;
import io.dmm.distill.MetricsLog;
import io.dmm.distill.Progress;
import io.dmm.distill.RunEnd;
import io.dmm.distill.StepMetrics;
import io.dmm.distill.Student;
import io.dmm.distill.Synthesis;
import io.dmm.distill.TrainingListener;
import io.dmm.model.unet.Activations;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Precision;
import io.dmm.weights.DType;
import io.dmm.weights.ModelDraft;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.SafeTensorsWriter;
import io.dmm.weights.Weights;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class DistillationTest {
    private static final Synthesis.Settings DRAWING = new Synthesis.Settings(3, 3);
    private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
    private static final List<CaptionedImage> PICTURES = SmallModels.pictures(16);

    @TempDir private static Path shared;
    private static StableDiffusion base;
    private static List<Expert> experts;

    @TempDir private Path temporary;

    @BeforeAll
    static void writeModels() {
        base = SmallModels.base();
        experts = SmallModels.experts(shared);
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void result_isPreparedForInference_asIfReadFromAFile() throws IOException {
        try (MergedModel merged = distillation().steps(1).run()) {
            NDArray weight =
                    merged.pipeline().unet().parameters().get("time_embedding.linear_1.weight");
            assertTrue(Ops.isPrepared(weight));
        }
    }

    @Test
    void synthesis_drawsCaptionsOfTheWholeSet() {
        List<String> drawn = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            drawn.add("caption " + i);
        }
        assertEquals(
                List.of("caption 0", "caption 5", "caption 10"), DistillationRun.spread(drawn, 3));
        assertEquals(drawn, DistillationRun.spread(drawn, 16));
    }

    @Test
    void existingMetrics_areNotMixedWithAnotherRuns() throws IOException {
        Path log = Files.writeString(temporary.resolve("metrics.jsonl"), "of another run");
        Distillation distillation = distillation().metrics(log);
        assertThrows(IllegalArgumentException.class, distillation::run);
        assertEquals("of another run", Files.readString(log));
    }

    @Test
    void startingFromTheExpertsMean_beginsNearerToThem() throws IOException {
        Map<Student.Start, Double> firstLoss = new EnumMap<>(Student.Start.class);
        for (Student.Start start : Student.Start.values()) {
            Path log = temporary.resolve(start + ".jsonl");
            distillation().start(start).steps(1).metrics(log).run().close();
            firstLoss.put(start, MetricsLog.read(log).get(0).loss());
        }
        assertEquals(3, new HashSet<>(firstLoss.values()).size(), firstLoss.toString());
        double mean = firstLoss.get(Student.Start.MEAN_OF_EXPERTS);
        assertTrue(mean < firstLoss.get(Student.Start.BASE), firstLoss.toString());
    }

    @Test
    void training_bringsEveryStyleNearItsExpert() throws IOException {
        Path log = temporary.resolve("metrics.jsonl");
        try (MergedModel merged =
                distillation().steps(60).metrics(log).synthesize(8, DRAWING).run()) {
            assertEquals(List.of("first", "second"), merged.styles());
            List<StepMetrics> steps = MetricsLog.read(log);
            assertEquals(60, steps.size());
            assertEquals(60, Files.readAllLines(log).size());
            double before = meanLoss(steps.subList(0, 5));
            double after = meanLoss(steps.subList(55, 60));
            assertTrue(after < before / 2, before + " → " + after);
            for (Comparison comparison : compare(merged)) {
                assertTrue(comparison.common().closedGap() > 0.5, comparison.toString());
                assertTrue(comparison.own().closedGap() > 0.5, comparison.toString());
            }
        }
    }

    @Test
    void equalRuns_giveTheSameBytes() throws IOException {
        for (String name : List.of("a", "b")) {
            try (MergedModel merged = distillation().steps(5).synthesize(4, DRAWING).run()) {
                merged.save(temporary.resolve(name));
            }
        }
        try (MergedModel merged = distillation().steps(5).synthesize(4, DRAWING).seed(8).run()) {
            merged.save(temporary.resolve("c"));
        }
        byte[] first = Files.readAllBytes(temporary.resolve("a").resolve(UNET));
        assertArrayEquals(first, Files.readAllBytes(temporary.resolve("b").resolve(UNET)));
        assertFalse(Arrays.equals(first, Files.readAllBytes(temporary.resolve("c").resolve(UNET))));
        try (MergedModel loaded = MergedModel.load(temporary.resolve("a"))) {
            assertEquals(List.of("first", "second"), loaded.styles());
        }
    }

    @Test
    void base_isLeftAsItWas() throws IOException {
        Map<String, float[]> before = values(base.unet());
        int arrays = base.manager().getManagedArrays().size();
        distillation().steps(3).run().close();
        Map<String, float[]> after = values(base.unet());
        before.forEach((name, value) -> assertArrayEquals(value, after.get(name), name));
        assertEquals(arrays, base.manager().getManagedArrays().size());
    }

    @Test
    void teachers_mayComputeInBf16() throws IOException {
        List<Double> losses = new ArrayList<>();
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            Path log = temporary.resolve(precision + ".jsonl");
            distillation().teacherPrecision(precision).steps(1).metrics(log).run().close();
            losses.add(MetricsLog.read(log).get(0).loss());
        }
        assertEquals(losses.get(0), losses.get(1), 0.05 * losses.get(0));
        assertFalse(losses.get(0).equals(losses.get(1)));
    }

    @Test
    void average_isWhatTheRunGives() throws IOException {
        Map<EmaDecay, float[]> weights = new HashMap<>();
        for (EmaDecay decay : List.of(EmaDecay.constant(0), EmaDecay.constant(0.9))) {
            try (MergedModel model = distillation().steps(4).ema(decay).run()) {
                weights.put(decay, someWeights(model));
            }
        }
        try (MergedModel model = distillation().steps(4).run()) {
            float[] last = someWeights(model);
            assertArrayEquals(last, weights.get(EmaDecay.constant(0)));
            assertFalse(Arrays.equals(last, weights.get(EmaDecay.constant(0.9))));
        }
    }

    private static float[] someWeights(MergedModel model) {
        return model.pipeline().unet().parameters().get("conv_in.weight").toFloatArray();
    }

    @Test
    void student_mayComputeInBf16AndSaveMemory() throws IOException {
        List<Double> losses = new ArrayList<>();
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            for (Activations activations : Activations.values()) {
                Path log = temporary.resolve(precision + "-" + activations + ".jsonl");
                distillation()
                        .studentPrecision(precision)
                        .activations(activations)
                        .steps(3)
                        .metrics(log)
                        .run()
                        .close();
                losses.add(MetricsLog.read(log).get(2).loss());
            }
        }
        assertEquals(losses.get(0), losses.get(1), 1e-4 * losses.get(0));
        assertEquals(losses.get(2), losses.get(3), 1e-2 * losses.get(2));
        assertEquals(losses.get(0), losses.get(2), 0.05 * losses.get(0));
        assertEquals(Ops.computesInBf16(), !losses.get(0).equals(losses.get(2)));
    }

    @Test
    void loras_teachInBothPrecisions() throws IOException {
        // the small base has the structure of the pipeline that the files were made for
        List<Expert> loras =
                List.of(
                        Expert.lora("whole", Reference.path("lora/kohya.safetensors"), 0.9),
                        Expert.lora("unet", Reference.path("lora/locon.safetensors"), 1));
        int arrays = base.manager().getManagedArrays().size();
        List<Double> losses = new ArrayList<>();
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            Path log = temporary.resolve(precision + ".jsonl");
            distillation()
                    .experts(loras)
                    .start(Student.Start.MEAN_OF_EXPERTS)
                    .teacherPrecision(precision)
                    .steps(2)
                    .metrics(log)
                    .run()
                    .close();
            losses.add(MetricsLog.read(log).get(0).loss());
        }
        assertTrue(losses.get(0) > 0);
        assertEquals(losses.get(0), losses.get(1), 0.1 * losses.get(0));
        assertFalse(losses.get(0).equals(losses.get(1)));
        assertEquals(arrays, base.manager().getManagedArrays().size());
    }

    @Test
    void loraThatDoesNotFit_isRefusedBeforeTraining() {
        Path file = temporary.resolve("wrong.safetensors");
        try (NDManager manager = Compute.newManager()) {
            SafeTensorsWriter.write(
                    file,
                    Map.of("lora_unet_x.lora_down.weight", manager.ones(new Shape(2, 2))),
                    DType.F32,
                    Map.of());
        }
        List<Expert> both = List.of(experts.get(0), Expert.lora("wrong", file, 1));
        String message =
                assertThrows(
                                ModelFileException.class,
                                () -> distillation().experts(both).listen(unexpected()).run())
                        .getMessage();
        assertTrue(message.startsWith(file + ": expected changes to layers of the model"), message);
    }

    @Test
    void interruptedTraining_stopsAndKeepsItsMetrics() throws IOException {
        Path log = temporary.resolve("metrics.jsonl");
        TrainingListener interrupter = interruptAt("training", 3);
        Distillation distillation = distillation().metrics(log).listen(interrupter);
        CancellationException stop = assertThrows(CancellationException.class, distillation::run);
        assertEquals("training, after 3 of 100", stop.getMessage());
        assertFalse(Thread.currentThread().isInterrupted());
        assertEquals(3, MetricsLog.read(log).size());
    }

    @Test
    void encoding_isHeardAndCanBeInterrupted() {
        List<String> heard = new ArrayList<>();
        TrainingListener notes =
                progress ->
                        heard.add(
                                progress.activity()
                                        + (" " + progress.done() + "/" + progress.total()));
        Distillation distillation =
                distillation().listen(notes.and(interruptAt("encoding captions", 17)));
        CancellationException stop = assertThrows(CancellationException.class, distillation::run);
        assertEquals("latents, after 0 rows", stop.getMessage());
        assertEquals("encoding captions 17/17", heard.get(heard.size() - 1));
        heard.clear();
        distillation.listen(notes.and(interruptAt("encoding captions as second", 17)));
        assertThrows(CancellationException.class, distillation::run);
        assertTrue(heard.contains("encoding pictures 16/16"), heard::toString);
    }

    @Test
    void interruptedDrawing_stops() {
        Distillation distillation =
                distillation().synthesize(16, DRAWING).listen(interruptAt("drawing as first", 16));
        CancellationException stop = assertThrows(CancellationException.class, distillation::run);
        assertEquals("drawing as second, after 0 of 16", stop.getMessage());
    }

    @Test
    void listener_hearsHowTheRunEnded_once() throws IOException {
        List<RunEnd> ends = new ArrayList<>();
        Distillation run = distillation().steps(2);
        run.listen(ending(ends, TrainingListener.NONE)).run().close();
        Distillation stopped = distillation().listen(ending(ends, interruptAt("training", 3)));
        assertThrows(CancellationException.class, stopped::run);
        Distillation broken = distillation().steps(2);
        TrainingListener breaking =
                progress -> {
                    throw new IllegalStateException("broken");
                };
        assertThrows(IllegalStateException.class, broken.listen(ending(ends, breaking))::run);
        assertEquals(List.of(RunEnd.FINISHED, RunEnd.INTERRUPTED, RunEnd.FAILED), ends);
    }

    @Test
    void comparison_endsForItsListener() throws IOException {
        List<RunEnd> ends = new ArrayList<>();
        List<Expert> first = experts.subList(0, 1);
        BiFunction<String, Expert, String> words = (caption, expert) -> caption;
        TrainingListener heard = ending(ends, TrainingListener.NONE);
        Comparison.ofPrompting(base, words, first, PICTURES, DRAWING, 9, heard);
        TrainingListener stopping = ending(ends, interruptAt("comparing with first", 16));
        assertThrows(
                CancellationException.class,
                () -> Comparison.ofPrompting(base, words, first, PICTURES, DRAWING, 9, stopping));
        assertEquals(List.of(RunEnd.FINISHED, RunEnd.INTERRUPTED), ends);
    }

    @Test
    void comparisonWithAnExpertThatWasNotMerged_isRefusedBeforeAnyIsMeasured() throws IOException {
        List<RunEnd> ends = new ArrayList<>();
        Expert third = Expert.checkpoint("third", experts.get(0).path());
        List<Expert> more = List.of(experts.get(0), third);
        TrainingListener heard = ending(ends, unexpected());
        try (MergedModel merged = distillation().steps(1).run()) {
            assertRefused(
                    "expert 'third': expected one of [first, second]",
                    () -> Comparison.of(base, merged, more, PICTURES, DRAWING, 9, heard));
        }
        assertEquals(List.of(RunEnd.FAILED), ends);
    }

    @Test
    void interruptWhileAnExpertIsRead_isNoFailure() throws IOException {
        List<RunEnd> ends = new ArrayList<>();
        AtomicInteger firstComparisons = new AtomicInteger();
        TrainingListener afterTheFirst =
                progress -> {
                    boolean first = progress.activity().equals("comparing with first");
                    if (first && progress.done() == 16 && firstComparisons.incrementAndGet() == 2) {
                        Thread.currentThread().interrupt();
                    }
                };
        try (MergedModel merged = distillation().steps(1).run()) {
            TrainingListener heard = ending(ends, afterTheFirst);
            CancellationException stop =
                    assertThrows(
                            CancellationException.class,
                            () ->
                                    Comparison.of(
                                            base, merged, experts, PICTURES, DRAWING, 9, heard));
            assertTrue(stop.getMessage().endsWith(", while it was read"), stop.getMessage());
        }
        assertFalse(Thread.currentThread().isInterrupted());
        assertEquals(List.of(RunEnd.INTERRUPTED), ends);
    }

    private static TrainingListener ending(List<RunEnd> ends, TrainingListener listener) {
        return new TrainingListener() {
            @Override
            public void onProgress(Progress progress) {
                listener.onProgress(progress);
            }

            @Override
            public void onEnd(RunEnd end) {
                ends.add(end);
            }
        };
    }

    @Test
    void wrongExperts_areRefused() {
        Distillation distillation = Dmm.distill(base);
        assertRefused(
                "experts: expected at least 2 to merge but was 1",
                () -> distillation.experts(experts.subList(0, 1)));
        assertRefused(
                "experts: expected different names but 'first' is there twice",
                () -> distillation.experts(List.of(experts.get(0), experts.get(0))));
        assertRefused(
                "distillation: expected experts(…) and captions(…) or prompts(…) but was 0 experts and 0"
                        + " pictures",
                distillation::run);
    }

    @Test
    void teachersMayTakeTurnsInTheMicroBatches() throws IOException {
        Path log = temporary.resolve("turns.jsonl");
        distillation()
                .batch(2)
                .accumulate(2)
                .steps(4)
                .losses(Loss.score(), Loss.features(0.1), Loss.adversarial(0.1))
                .metrics(log)
                .run()
                .close();
        Set<String> heard = new TreeSet<>();
        for (StepMetrics step : MetricsLog.read(log)) {
            assertTrue(Double.isFinite(step.loss()), step::toString);
            heard.addAll(step.losses().keySet());
        }
        assertTrue(heard.containsAll(Set.of("score.first", "score.second")), heard::toString);
    }

    @Test
    void wrongSettings_areRefusedBeforeAnythingIsDone() {
        assertRefused(
                "distillation: batch, expected at least a sample for each of 2 teachers but was 1",
                () -> distillation().batch(1).run());
        assertRefused(
                "distillation: synthesize, expected 0 to the 16 captions there are but was 17",
                () -> distillation().synthesize(17, DRAWING).run());
        assertRefused(
                "training: steps, expected at least 1 but was 0",
                () -> distillation().steps(0).listen(unexpected()).synthesize(8, DRAWING).run());
        assertRefused(
                "distillation: captions, expected at least as many pictures as the batch of 32"
                        + " samples but was 16; take a smaller batch, or prompts instead of"
                        + " pictures",
                () -> distillation().batch(32).listen(unexpected()).run());
        List<CaptionedImage> large = new ArrayList<>(PICTURES);
        large.add(
                new CaptionedImage(
                        new BufferedImage(32, 16, BufferedImage.TYPE_INT_RGB), "a boat"));
        assertRefused(
                "distillation: picture 'a boat', expected 16×16, the size of the model, but was"
                        + " 32×16; scale the pictures first",
                () -> distillation().batch(8).captions(large).listen(unexpected()).run());
        assertRefused(
                "distillation: picture 'a boat', expected 16×16, the size of the model, but was"
                        + " 32×16; scale the pictures first",
                () -> distillation().validate(1, large).listen(unexpected()).run());
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () ->
                                        distillation()
                                                .validate(1, PICTURES, "[a:b:0.5]")
                                                .listen(unexpected())
                                                .run())
                        .getMessage();
        assertTrue(message.contains("'[a:b:0.5]'"), message);
        assertRefused(
                "distillation: prompts, expected synthesize(n), how many of the 1 each expert draws,"
                        + " but was none; or leave out prompts or captions",
                () -> distillation().prompts(List.of("a cat")).listen(unexpected()).run());
        assertRefused(
                "distillation: a share of 1 of synthesized pictures, expected synthesize(n), how"
                        + " many each expert draws, but was none",
                () -> distillation().synthesizedShare(1).listen(unexpected()).run());
        assertRefused(
                "size: expected multiples of 2 but was 15×16",
                () ->
                        distillation()
                                .validate(1, PICTURES, request -> request.size(15, 16), "a cat")
                                .listen(unexpected())
                                .run());
        assertRefused(
                "images: expected 2, one for each seed, but was 1",
                () ->
                        distillation()
                                .validate(1, PICTURES, request -> request.seeds(1, 2), "a cat")
                                .listen(unexpected())
                                .run());
        BufferedImage sketch = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        assertRefused(
                "image to image: strength, expected at least 0.04 with 25 steps but was 0.01; ask"
                        + " for more strength or more steps",
                () ->
                        distillation()
                                .validate(1, PICTURES, request -> request.from(sketch, 0.01), "cat")
                                .listen(unexpected())
                                .run());
    }

    @Test
    void otherPredictions_areRefusedBeforeAnythingIsDone() throws IOException {
        Path velocity = temporary.resolve("velocity");
        SmallModels.write(velocity, base);
        Path config = velocity.resolve("scheduler/scheduler_config.json");
        Files.writeString(config, Files.readString(config).replace("epsilon", "v_prediction"));
        List<Expert> both = List.of(experts.get(0), Expert.checkpoint("v", velocity));
        assertEquals(
                config
                        + ": prediction_type, expected epsilon, as the base predicts, but was"
                        + " v_prediction",
                assertThrows(
                                ModelFileException.class,
                                () -> distillation().experts(both).listen(unexpected()).run())
                        .getMessage());
        // the first expert's file does not say what it predicts
        byte[] weights = Files.readAllBytes(experts.get(0).path().resolve(UNET));
        Files.write(velocity.resolve(UNET), weights);
        try (StableDiffusion predictsVelocity = StableDiffusion.load(velocity)) {
            List<Expert> alike = List.of(Expert.checkpoint("v", velocity), experts.get(0));
            assertRefused(
                    "distillation: losses, expected neither adversarial nor Min-SNR for a base that"
                            + " predicts V_PREDICTION but was [ScoreLoss[minSnr=5.0]]",
                    () ->
                            Dmm.distill(predictsVelocity)
                                    .experts(alike)
                                    .captions(PICTURES)
                                    .batch(8)
                                    .losses(Loss.score().withMinSnr(5))
                                    .listen(unexpected())
                                    .run());
        }
    }

    /** Fine-tuned on larger pictures, say. */
    @Test
    void expertForPicturesOfAnotherSize_hasTheSameArchitecture() throws IOException {
        Expert larger = SmallModels.expert(temporary, "larger", 2);
        Path config = larger.path().resolve("unet/config.json");
        String text = Files.readString(config);
        String other = text.replaceFirst("\"sample_size\" *: *8", "\"sample_size\": 12");
        assertFalse(text.equals(other));
        Files.writeString(config, other);
        larger.check(base);
    }

    @Test
    void modelWithStyles_isNoBase() {
        try (StableDiffusion styled = SmallModels.styled("ink")) {
            assertRefused(
                    "distillation: base, expected a model without styles but was one with [ink]",
                    () -> Dmm.distill(styled).experts(experts).captions(PICTURES).run());
        }
    }

    @Test
    void expertOfAnotherArchitecture_isRefused() {
        Path folder = temporary.resolve("other");
        UNetConfig config =
                new UNetConfig(4, 4, List.of(8, 8), List.of(true, false), 1, 2, 16, 4, 1e-5, 8, 0);
        try (NDManager manager = Compute.newManager();
                ModelDraft draft = ModelDraft.create(folder)) {
            UNet unet = new UNet(config, Weights.initial(manager, 1));
            draft.write("unet", config.toJson(), unet.parameters(), DType.F32, Map.of());
            draft.publish();
        }
        List<Expert> both = List.of(experts.get(0), Expert.checkpoint("other", folder));
        String message =
                assertThrows(ModelFileException.class, () -> distillation().experts(both).run())
                        .getMessage();
        assertTrue(
                message.startsWith(
                        folder + ": expert 'other', expected the base's architecture UNetConfig["),
                message);
    }

    @Test
    void missingExpert_isNamed() {
        Path nowhere = temporary.resolve("nowhere");
        List<Expert> both = List.of(experts.get(0), Expert.checkpoint("lost", nowhere));
        assertEquals(
                nowhere + ": no such folder, expected a diffusers folder",
                assertThrows(ModelFileException.class, () -> distillation().experts(both).run())
                        .getMessage());
    }

    private static Distillation distillation() {
        return Dmm.distill(base)
                .experts(experts)
                .captions(PICTURES)
                .steps(100)
                .batch(16)
                .learningRate(LearningRate.cosine(1e-2))
                .seed(7);
    }

    private static List<Comparison> compare(MergedModel merged) {
        return Comparison.of(base, merged, experts, PICTURES, DRAWING, 9, TrainingListener.NONE);
    }

    private static TrainingListener interruptAt(String activity, long done) {
        return progress -> {
            if (progress.activity().equals(activity) && progress.done() == done) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** For settings that must be refused before time has been spent. */
    private static TrainingListener unexpected() {
        return progress -> {
            throw new AssertionError(progress.toString());
        };
    }

    private static double meanLoss(List<StepMetrics> steps) {
        return steps.stream().collect(Collectors.averagingDouble(StepMetrics::loss));
    }

    private static Map<String, float[]> values(UNet unet) {
        Map<String, float[]> values = new HashMap<>();
        for (Map.Entry<String, NDArray> entry : unet.parameters().entrySet()) {
            values.put(entry.getKey(), entry.getValue().toFloatArray());
        }
        return values;
    }

    private static void assertRefused(String message, Executable executable) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, executable).getMessage());
    }
}
