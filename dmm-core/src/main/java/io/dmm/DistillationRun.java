package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.data.Cache;
import io.dmm.data.CaptionedImage;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.distill.Averaging;
import io.dmm.distill.Checkpoints;
import io.dmm.distill.DistillationObjective;
import io.dmm.distill.Ema;
import io.dmm.distill.Lesson;
import io.dmm.distill.LoggedListener;
import io.dmm.distill.RunConfiguration;
import io.dmm.distill.SampleDrawing;
import io.dmm.distill.Student;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.TrainingLoop;
import io.dmm.model.unet.UNet;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One run of a {@link Distillation}: checks its settings, loads what they name, and trains. */
final class DistillationRun {
    private final Distillation settings;
    private final StableDiffusion base;
    private final List<Expert> experts;
    private final List<String> styles;

    /** The captions that experts draw. */
    private final List<String> drawn;

    private final Lessons lessons;

    private final TrainingLoop loop;

    DistillationRun(Distillation settings) {
        this.settings = settings;
        this.base = settings.base;
        this.experts = settings.experts;
        List<String> before = settings.merged == null ? List.of() : settings.merged.styles();
        styles =
                Stream.concat(before.stream(), experts.stream().map(Expert::name))
                        .distinct()
                        .toList();
        List<String> captions =
                settings.prompts.isEmpty()
                        ? settings.pictures.stream().map(CaptionedImage::caption).toList()
                        : settings.prompts;
        boolean all = settings.pictures.isEmpty() && settings.synthesized == 0;
        int count = all ? captions.size() : settings.synthesized;
        drawn = spread(captions, check(count, captions.size()));
        lessons = new Lessons(settings, styles, drawn);
        loop =
                new TrainingLoop(
                        settings.steps,
                        settings.batch,
                        settings.accumulation,
                        settings.optimizer,
                        settings.learningRate,
                        TrainingLoop.WEIGHT_DECAY,
                        TrainingLoop.MAX_GRAD_NORM);
    }

    private static int check(int drawn, int captions) {
        if (drawn < 0 || drawn > captions) {
            throw new IllegalArgumentException(
                    "distillation: synthesize, expected 0 to the "
                            + captions
                            + " captions there are but was "
                            + drawn);
        }
        return drawn;
    }

    /** So many captions at even distances: folders are sorted, and so alike at one end. */
    static List<String> spread(List<String> captions, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> captions.get((int) ((long) i * captions.size() / count)))
                .toList();
    }

    MergedModel run() {
        new RunChecks(settings, lessons).run();
        RunConfiguration configuration = new RunIdentity(settings, lessons).configuration();
        RunHistory history = new RunHistory(before(), configuration, settings.steps);
        history.checkBase();
        try (NDManager manager = Compute.newManager();
                Checkpoints checkpoints = checkpoints(configuration)) {
            checkMetrics(checkpoints);
            UNet student = student(manager, checkpoints.resumes());
            Ema ema =
                    settings.ema == null
                            ? null
                            : new Ema(manager, student.parameters(), settings.ema);
            UNet result =
                    ema == null
                            ? student
                            : new UNet(student.config(), Weights.of(ema.averages(), "EMA"));
            if (!checkpoints.isFinished(settings.steps)) {
                train(manager, student, ema, result, checkpoints, configuration);
            } else if (ema == null) {
                checkpoints.restore(TrainingLoop.PARAMETERS, student.parameters());
            } else {
                checkpoints.restore(Averaging.PART, ema.state());
            }
            NDManager owner = Compute.newManager();
            // a copy, because DJL frees the gradient of a weight only with the weight; prepared, to
            // compute to the bit what it does once saved and loaded
            UNet merged = result.preparedCopy(owner, Precision.FP32);
            return new MergedModel(base.with(owner, merged, styles), history.metadata());
        }
    }

    private Checkpoints checkpoints(RunConfiguration configuration) {
        return settings.checkpoints == null
                ? Checkpoints.none()
                : Checkpoints.open(settings.checkpoints, settings.checkpointsEvery, configuration);
    }

    private Map<String, String> before() {
        return settings.merged == null ? Map.of() : settings.merged.metadata();
    }

    /** The log is of this run: a new file, or one that goes on with the run. */
    private void checkMetrics(Checkpoints checkpoints) {
        Path log = metrics();
        if (log != null && !checkpoints.resumes() && log.toFile().length() > 0) {
            throw new IllegalArgumentException(
                    log + ": expected a new file but it exists; name another or remove it");
        }
    }

    private Path metrics() {
        return settings.metrics == null && settings.checkpoints != null
                ? settings.checkpoints.resolve("metrics.jsonl")
                : settings.metrics;
    }

    /**
     * @param resumes whether a checkpoint will replace its weights
     */
    private UNet student(NDManager manager, boolean resumes) {
        if (settings.merged != null) {
            int added = styles.size() - settings.merged.styles().size();
            UNet before = settings.merged.pipeline().unet();
            return Student.extended(manager, before, added, settings.seed);
        }
        if (settings.start == Student.Start.BASE_WITH_RANDOM_STYLES) {
            return Student.withRandomStyles(manager, base.unet(), experts.size(), settings.seed);
        }
        UNet student = Student.of(manager, base.unet(), experts.size(), settings.seed);
        if (settings.start == Student.Start.MEAN_OF_EXPERTS && !resumes) {
            Student.startFromMean(
                    manager,
                    student,
                    experts.stream()
                            .<Function<NDManager, UNet>>map(
                                    expert ->
                                            memory -> expert.loadUNet(memory, base, Precision.FP32))
                            .toList());
        }
        return student;
    }

    /**
     * @param ema of the student's weights, or null
     * @param result the network that the run gives, of the student's weights or their averages
     */
    private void train(
            NDManager manager,
            UNet student,
            Ema ema,
            UNet result,
            Checkpoints checkpoints,
            RunConfiguration configuration) {
        List<String> captions = captions();
        Cache cache = cache();
        TextStates textStates =
                Encoding.captions(manager, base, captions, cache, settings.listener);
        List<Lesson> taught =
                lessons.ofExperts(manager, captions, textStates, cache, configuration);
        DistillationObjective objective =
                new DistillationObjective(
                        manager,
                        new DistillationObjective.StudentNetwork(
                                student.computingIn(settings.studentPrecision),
                                base.unet(),
                                settings.activations),
                        textStates,
                        new SampleDrawing(
                                lessons.withOldStyles(
                                        manager, taught, textStates, cache, configuration),
                                base.schedule(),
                                settings.timesteps,
                                settings.batch / settings.accumulation,
                                settings.accumulation,
                                sampleSeed()),
                        settings.losses);
        try (LoggedListener log = metrics() == null ? null : new LoggedListener(metrics())) {
            TrainingListener heard = log == null ? settings.listener : log.and(settings.listener);
            loop.run(
                    manager,
                    student.parameters(),
                    ema == null ? objective : new Averaging(objective, ema),
                    settings.validation == null
                            ? heard
                            : heard.and(
                                    validator(manager, result, textStates, taught, cache, heard)),
                    checkpoints);
        }
    }

    private Validator validator(
            NDManager manager,
            UNet result,
            TextStates textStates,
            List<Lesson> taught,
            Cache cache,
            TrainingListener heard) {
        StableDiffusion studentModel = base.with(manager, result, styles);
        LatentSet heldOut =
                Encoding.pictures(
                        manager, base, settings.validation.heldOut(), cache, settings.listener);
        return new Validator(settings, manager, studentModel, textStates, heldOut, taught, heard);
    }

    /** Not that of the rounds before: frozen teachers would answer the same samples once more. */
    private long sampleSeed() {
        return settings.seed + ((long) RunHistory.rounds(settings.merged) << 32);
    }

    /** A run with checkpoints keeps what it made before its first step, too. */
    private Cache cache() {
        if (settings.cache != null) {
            return Cache.in(settings.cache);
        }
        return settings.checkpoints == null
                ? Cache.NONE
                : Cache.in(settings.checkpoints.resolve("cache"));
    }

    /** All captions of the run, first those that change least: a cache keeps them in blocks. */
    private List<String> captions() {
        List<String> captions = new ArrayList<>();
        settings.pictures.forEach(picture -> captions.add(picture.caption()));
        captions.addAll(drawn);
        if (settings.validation != null) {
            captions.addAll(settings.validation.captions());
        }
        return captions;
    }
}
