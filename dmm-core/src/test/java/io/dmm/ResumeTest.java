package io.dmm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import io.dmm.data.CaptionedImage;
import io.dmm.distill.EmaDecay;
import io.dmm.distill.LearningRate;
import io.dmm.distill.Loss;
import io.dmm.distill.MetricsLog;
import io.dmm.distill.Optimizer;
import io.dmm.distill.Progress;
import io.dmm.distill.StepMetrics;
import io.dmm.distill.Student;
import io.dmm.distill.Synthesis;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.Validation;
import io.dmm.model.unet.UNet;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.weights.DType;
import io.dmm.weights.ModelDraft;
import io.dmm.weights.ModelFileException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Distillations that go on where they were stopped, in this process or by its death. */
class ResumeTest {
    private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
    private static final int STEPS = 20;

    @TempDir private static Path shared;
    private static StableDiffusion base;
    private static List<Expert> experts;
    private static byte[] inAPiece;

    @TempDir private Path temporary;

    @BeforeAll
    static void trainInAPiece() throws IOException {
        base = SmallModels.base();
        experts = SmallModels.experts(shared.resolve("experts"));
        inAPiece = weights(distillation(base, experts), shared.resolve("whole"));
    }

    @AfterAll
    static void close() {
        base.close();
    }

    /** Twenty steps with all that a run has. */
    static Distillation distillation(StableDiffusion base, List<Expert> experts) {
        return Dmm.distill(base)
                .experts(experts)
                .captions(SmallModels.pictures(8))
                .synthesize(4, new Synthesis.Settings(2, 1))
                .losses(Loss.score(), Loss.features(0.1), Loss.adversarial(0.1))
                .steps(STEPS)
                .batch(8)
                .learningRate(LearningRate.cosine(1e-2).withWarmup(3))
                .seed(7);
    }

    private Distillation distillation() {
        return distillation(base, experts).checkpoints(run(), 5);
    }

    private Path run() {
        return temporary.resolve("run");
    }

    private static byte[] weights(Distillation distillation, Path folder) throws IOException {
        try (MergedModel merged = distillation.run()) {
            merged.save(folder);
        }
        return Files.readAllBytes(folder.resolve(UNET));
    }

    private void assertResumesToTheSameBytes() throws IOException {
        assertArrayEquals(inAPiece, weights(distillation(), temporary.resolve("merged")));
        List<StepMetrics> steps = MetricsLog.read(run().resolve("metrics.jsonl"));
        assertEquals(STEPS, steps.size());
        assertEquals(STEPS, steps.get(STEPS - 1).step());
    }

    private void interruptAfter(long step) {
        Distillation interrupted = distillation().listen(interrupting(step));
        assertThrows(CancellationException.class, interrupted::run);
    }

    private static TrainingListener interrupting(long step) {
        return progress -> {
            if (progress.activity().equals("training") && progress.done() == step) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private static TrainingListener unexpected() {
        return progress -> {
            if (!progress.activity().startsWith("reading ")) {
                throw new AssertionError(progress.toString());
            }
        };
    }

    @Test
    void validation_comesAfterTheCheckpointOfItsStep() throws IOException {
        Set<String> kept = new TreeSet<>();
        TrainingListener listener =
                new TrainingListener() {
                    @Override
                    public void onProgress(Progress progress) {}

                    @Override
                    public void onValidation(Validation validation) {
                        String checkpoint = "step-%08d".formatted(validation.step());
                        kept.add(checkpoint + " " + Files.exists(run().resolve(checkpoint)));
                    }
                };
        distillation().steps(7).validate(5, SmallModels.pictures(2)).listen(listener).run().close();
        assertEquals(Set.of("step-00000005 true", "step-00000007 true"), kept);
    }

    @Test
    void interruptedRun_resumesToTheSameBytes() throws IOException {
        interruptAfter(7);
        assertEquals(7, MetricsLog.read(run().resolve("metrics.jsonl")).size());
        assertResumesToTheSameBytes();
    }

    @Test
    void listenerThatFails_costsNoStep() throws IOException {
        TrainingListener failing =
                new TrainingListener() {
                    @Override
                    public void onProgress(Progress progress) {}

                    @Override
                    public void onStep(StepMetrics metrics) {
                        if (metrics.step() == 7) {
                            throw new IllegalStateException("no room for the picture");
                        }
                    }
                };
        assertThrows(IllegalStateException.class, distillation().listen(failing)::run);
        assertTrue(Files.exists(run().resolve("step-00000007")));
        assertResumesToTheSameBytes();
    }

    @Test
    void processThatDies_isResumedByAnotherToTheSameBytes() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(DyingRun.class.getName(), run().toString()));
        command.add(shared.resolve("experts").toString());
        Process child =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(temporary.resolve("output").toFile())
                        .start();
        assertEquals(
                DyingRun.EXIT_CODE,
                child.waitFor(),
                () -> {
                    try {
                        return Files.readString(temporary.resolve("output"));
                    } catch (IOException e) {
                        return e.toString();
                    }
                });
        assertTrue(Files.exists(run().resolve("step-00000010")));
        assertEquals(13, MetricsLog.read(run().resolve("metrics.jsonl")).size());
        assertResumesToTheSameBytes();
        // steps 11 to 13 stand there twice
        assertEquals(STEPS + 3, Files.readAllLines(run().resolve("metrics.jsonl")).size());
    }

    /** Another process, which trains until its thirteenth step and then is no more. */
    static final class DyingRun {
        static final int EXIT_CODE = 77;

        private DyingRun() {}

        public static void main(String[] arguments) throws IOException {
            Path folder = Path.of(arguments[1]);
            List<Expert> experts =
                    List.of(
                            Expert.checkpoint("first", folder.resolve("first")),
                            Expert.checkpoint("second", folder.resolve("second")));
            try (StableDiffusion base = SmallModels.base()) {
                distillation(base, experts)
                        .checkpoints(Path.of(arguments[0]), 5)
                        .listen(
                                progress -> {
                                    if (progress.activity().equals("training")
                                            && progress.done() == 13) {
                                        Runtime.getRuntime().halt(EXIT_CODE);
                                    }
                                })
                        .run()
                        .close();
            }
        }
    }

    @Test
    void endedRun_isAsWithoutCheckpointsAndGivesItsModelAtOnce() throws IOException {
        assertResumesToTheSameBytes();
        byte[] again = weights(distillation().listen(unexpected()), temporary.resolve("again"));
        assertArrayEquals(inAPiece, again);
    }

    @Test
    void constantRate_letsAnEndedRunGoOn_averagesIncluded() throws IOException {
        UnaryOperator<Distillation> constant =
                run -> run.learningRate(1e-3).steps(6).ema(EmaDecay.warmedUp(0.9));
        byte[] whole =
                weights(constant.apply(distillation(base, experts)), temporary.resolve("whole"));
        constant.apply(distillation()).steps(4).run().close();
        byte[] more = weights(constant.apply(distillation()), temporary.resolve("more"));
        assertArrayEquals(whole, more);
        Distillation ended = constant.apply(distillation()).listen(unexpected());
        assertArrayEquals(whole, weights(ended, temporary.resolve("at once")));
        assertRefused(
                "step-00000006: is beyond the run, expected at most step 4 but was 6; ask for"
                        + " more steps or name another folder",
                constant.apply(distillation()).steps(4));
    }

    @Test
    void extendedModel_resumesToTheSameBytes() throws IOException {
        Path third = temporary.resolve("third");
        try (NDManager manager = Compute.newManager();
                ModelDraft draft = ModelDraft.create(third)) {
            UNet unet = SmallModels.unet(manager, 9, 0);
            draft.write("unet", unet.config().toJson(), unet.parameters(), DType.F32, Map.of());
            draft.publish();
        }
        try (MergedModel merged = MergedModel.load(shared.resolve("whole"));
                MergedModel same = MergedModel.load(shared.resolve("whole"))) {
            byte[] whole = weights(extension(merged, third), temporary.resolve("a"));
            Distillation interrupted =
                    extension(merged, third).checkpoints(run(), 100).listen(interrupting(3));
            assertThrows(CancellationException.class, interrupted::run);
            assertRefused(
                    "setting 'regularizer', expected 0.25 but was 0.5",
                    extension(same, third).checkpoints(run(), 100).regularizer(0.25));
            byte[] parts =
                    weights(extension(same, third).checkpoints(run(), 100), temporary.resolve("b"));
            assertArrayEquals(whole, parts);
        }
    }

    private static Distillation extension(MergedModel merged, Path expert) {
        return merged.extend(base)
                .experts(List.of(Expert.checkpoint("third", expert)))
                .captions(SmallModels.pictures(8))
                .steps(6)
                .batch(8)
                .learningRate(1e-3);
    }

    @Test
    void anotherConfiguration_isRefusedBeforeTraining() {
        interruptAfter(1);
        List<CaptionedImage> otherPictures = new ArrayList<>(SmallModels.pictures(8));
        otherPictures.set(3, new CaptionedImage(otherPictures.get(4).image(), "a house number 3"));
        assertRefused("setting 'seed', expected 8 but was 7", distillation().seed(8));
        assertRefused("setting 'steps', expected 21 but was 20", distillation().steps(21));
        assertRefused(
                "setting 'optimizer', expected MUON but was ADAMW",
                distillation().optimizer(Optimizer.Rule.MUON));
        assertRefused("setting 'batch', expected 6 but was 8", distillation().batch(6));
        assertRefused(
                "setting 'start', expected MEAN_OF_EXPERTS but was BASE",
                distillation().start(Student.Start.MEAN_OF_EXPERTS));
        assertRefused(
                "setting 'losses', expected [ScoreLoss[minSnr=Infinity]] but was",
                distillation().losses(Loss.score()));
        assertRefused(
                "setting 'pictures and captions', expected 8 with hash ",
                distillation().captions(otherPictures));
        assertRefused(
                "setting 'weights', expected [2.0, 1.0] but was [1.0, 1.0]",
                distillation().experts(List.of(experts.get(0).withWeight(2), experts.get(1))));
        assertRefused(
                "experts, expected [second, first] but was [first, second]",
                distillation().experts(List.of(experts.get(1), experts.get(0))));
        Expert other = new Expert("other", experts.get(0).source(), 3, 2);
        assertRefused(
                "experts, expected [first, second, other] but was [first, second]",
                distillation().experts(List.of(experts.get(0), experts.get(1), other)));
        assertRefused(
                "experts, expected [second, other] but was [first, second]",
                distillation().experts(List.of(experts.get(1), other)).seed(9));
    }

    @Test
    void expertThatHasChanged_isRefusedAndOneThatHasMovedIsNot() throws IOException {
        Path moved = temporary.resolve("moved");
        List<Expert> copies = SmallModels.experts(moved);
        interruptAfter(1);
        Distillation goingOn = distillation().experts(copies).listen(interrupting(2));
        assertThrows(CancellationException.class, goingOn::run);
        assertTrue(Files.exists(run().resolve("step-00000002")));
        Path weights = moved.resolve("first").resolve(UNET);
        byte[] changed = Files.readAllBytes(weights);
        changed[changed.length - 1] ^= 1;
        Files.write(weights, changed);
        assertRefused("teacher 'first', expected ", distillation().experts(copies));
    }

    @Test
    void settingThatIsNew_mustBeThoughtOf() {
        // what decides the weights belongs into RunIdentity
        Set<String> decides =
                Set.of(
                        "base",
                        "merged",
                        "extending",
                        "experts",
                        "pictures",
                        "prompts",
                        "start",
                        "regularizer",
                        "synthesized",
                        "synthesizedShare",
                        "synthesis",
                        "steps",
                        "batch",
                        "accumulation",
                        "timesteps",
                        "losses",
                        "optimizer",
                        "learningRate",
                        "teacherPrecision",
                        "studentPrecision",
                        "ema",
                        "seed");
        Set<String> doesNot =
                Set.of(
                        "activations",
                        "validation",
                        "checkpoints",
                        "checkpointsEvery",
                        "cache",
                        "metrics",
                        "listener");
        Set<String> known = new TreeSet<>(decides);
        known.addAll(doesNot);
        Set<String> fields = new TreeSet<>();
        for (Field field : Distillation.class.getDeclaredFields()) {
            fields.add(field.getName());
        }
        assertEquals(known, fields);
    }

    private void assertRefused(String part, Distillation distillation) {
        String message =
                assertThrows(IllegalArgumentException.class, distillation.listen(unexpected())::run)
                        .getMessage();
        assertTrue(message.contains(part), message);
        assertTrue(message.startsWith(run().toString()), message);
    }

    @Test
    void brokenCheckpoints_endTheRun() throws IOException {
        interruptAfter(1);
        for (String step : List.of("step-00000000", "step-00000001")) {
            Files.delete(run().resolve(step).resolve("optimizer.safetensors"));
        }
        String message = assertThrows(ModelFileException.class, distillation()::run).getMessage();
        assertTrue(
                message.startsWith(
                        run() + ": expected a checkpoint to resume from but all 2 are broken"),
                message);
    }

    @Test
    void metricsOfAnotherRun_areNotMixed() throws IOException {
        Path log = Files.writeString(temporary.resolve("metrics.jsonl"), "of another run");
        Distillation mixing = distillation().metrics(log);
        assertThrows(IllegalArgumentException.class, mixing::run);
        assertEquals("of another run", Files.readString(log));
    }
}
