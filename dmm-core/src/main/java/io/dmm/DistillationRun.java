package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.data.Cache;
import io.dmm.data.CaptionedImage;
import io.dmm.data.Fingerprint;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.distill.Averaging;
import io.dmm.distill.Checkpoints;
import io.dmm.distill.DistillationObjective;
import io.dmm.distill.Ema;
import io.dmm.distill.Lesson;
import io.dmm.distill.LoggedListener;
import io.dmm.distill.Student;
import io.dmm.distill.Synthesis;
import io.dmm.distill.Teacher;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.TrainingLoop;
import io.dmm.model.unet.UNet;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One run of a {@link Distillation}: checks its settings, loads what they name, and trains. */
final class DistillationRun {
    private static final double WEIGHT_DECAY = 1e-2;
    private static final double MAX_GRADIENT_NORM = 1;

    private final Distillation settings;
    private final StableDiffusion base;
    private final List<Expert> experts;
    private final List<String> styles;

    /** The captions that experts draw. */
    private final List<String> drawn;

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
        boolean all = settings.pictures.isEmpty() && settings.drawnPerExpert == 0;
        int count = all ? captions.size() : settings.drawnPerExpert;
        drawn = captions.subList(0, check(count, captions.size()));
        loop =
                new TrainingLoop(
                        settings.steps,
                        settings.batch,
                        settings.accumulation,
                        settings.optimizer,
                        settings.learningRate,
                        WEIGHT_DECAY,
                        MAX_GRADIENT_NORM);
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

    MergedModel run() throws IOException {
        new RunChecks(settings, regularizes()).run();
        try (NDManager manager = Compute.newManager();
                Checkpoints checkpoints = checkpoints()) {
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
                train(manager, student, ema, result, checkpoints);
            } else if (ema == null) {
                checkpoints.restore(TrainingLoop.PARAMETERS, student.parameters());
            } else {
                checkpoints.restore(Averaging.PART, ema.state());
            }
            NDManager owner = Compute.newManager();
            // a copy, because DJL frees the gradient of a weight only with the weight
            return new MergedModel(base.with(owner, result.copy(owner), styles), metadata());
        }
    }

    private Checkpoints checkpoints() {
        if (settings.checkpoints == null) {
            return Checkpoints.none();
        }
        return Checkpoints.open(
                settings.checkpoints,
                settings.checkpointsEvery,
                new RunIdentity(settings, drawn).configuration());
    }

    /** The log is of this run: a new file, or one that goes on with the run. */
    private void checkMetrics(Checkpoints checkpoints) throws IOException {
        Path log = metrics();
        if (log != null && !checkpoints.resumes() && Files.exists(log) && Files.size(log) > 0) {
            throw new IllegalArgumentException(
                    log + ": expected a new file but it exists; name another or remove it");
        }
    }

    private Path metrics() {
        return settings.metrics == null && settings.checkpoints != null
                ? settings.checkpoints.resolve("metrics.jsonl")
                : settings.metrics;
    }

    /** Whether the model merged before teaches its styles, too. */
    private boolean regularizes() {
        return settings.merged != null && settings.extending && settings.regularizer > 0;
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
            NDManager manager, UNet student, Ema ema, UNet result, Checkpoints checkpoints)
            throws IOException {
        List<String> captions = captions();
        Cache cache = settings.cache == null ? Cache.NONE : Cache.in(settings.cache);
        TextStates textStates = Expert.textStates(manager, base, captions, cache);
        List<Lesson> lessons = lessons(manager, captions, textStates, cache);
        DistillationObjective objective =
                new DistillationObjective(
                        manager,
                        new DistillationObjective.StudentNetwork(
                                student.computingIn(settings.studentPrecision),
                                base.unet(),
                                settings.activations),
                        textStates,
                        withOldStyles(manager, lessons, textStates, cache),
                        new DistillationObjective.Drawing(
                                base.schedule(),
                                settings.timesteps,
                                settings.batch / settings.accumulation,
                                settings.seed),
                        settings.losses);
        try (LoggedListener logged = new LoggedListener(metrics(), settings.listener)) {
            TrainingListener listener = logged;
            if (settings.validation != null) {
                StableDiffusion drawing = base.with(manager, result, styles);
                listener =
                        new Validator(
                                        settings.validation,
                                        manager,
                                        base,
                                        drawing,
                                        textStates,
                                        LatentSet.encode(
                                                manager,
                                                base.vae(),
                                                settings.validation.heldOut(),
                                                cache),
                                        lessons,
                                        settings.seed)
                                .validating(logged);
            }
            loop.run(
                    manager,
                    student.parameters(),
                    ema == null ? objective : new Averaging(objective, ema),
                    listener,
                    checkpoints);
        }
    }

    /** All captions of the run. */
    private List<String> captions() {
        List<String> captions = new ArrayList<>(drawn);
        settings.pictures.forEach(picture -> captions.add(picture.caption()));
        if (settings.validation != null) {
            captions.addAll(settings.validation.captions());
        }
        return captions;
    }

    private List<Lesson> lessons(
            NDManager manager, List<String> captions, TextStates textStates, Cache cache) {
        LatentSet common = common(manager, cache);
        List<Teacher> teachers = new ArrayList<>();
        for (Expert expert : experts) {
            teachers.add(
                    expert.load(
                            manager, base, settings.teacherPrecision, captions, textStates, cache));
        }
        String baseKey = cache == Cache.NONE || drawn.isEmpty() ? "" : baseKey();
        List<Lesson> lessons = new ArrayList<>();
        for (int i = 0; i < teachers.size(); i++) {
            Expert expert = experts.get(i);
            lessons.add(
                    new Lesson(
                            teachers.get(i),
                            List.of(styles.indexOf(expert.name())),
                            common,
                            drawn(manager, teachers.get(i), cache, key(baseKey, expert)),
                            settings.drawnShare,
                            expert.weight()));
        }
        return lessons;
    }

    private LatentSet common(NDManager manager, Cache cache) {
        return settings.pictures.isEmpty()
                ? null
                : LatentSet.encode(manager, base.vae(), settings.pictures, cache);
    }

    /** What experts take from the base. */
    private String baseKey() {
        return new Fingerprint()
                .add(base.unet().config().toString())
                .add(Fingerprint.of(base.unet().parameters()))
                .add(TextStates.key(base.tokenizer(), base.textEncoder()))
                .hex();
    }

    /** As {@link #key}, for the model merged before. */
    private String mergedKey(UNet before) {
        return baseKey() + Fingerprint.of(before.parameters()) + settings.teacherPrecision;
    }

    /** All that a teacher's answers depend on. */
    private Supplier<String> key(String baseKey, Expert expert) {
        return () -> baseKey + expert.source().sha256() + settings.teacherPrecision;
    }

    private LatentSet drawn(
            NDManager manager, Teacher teacher, Cache cache, Supplier<String> teacherKey) {
        if (drawn.isEmpty()) {
            return null;
        }
        int size = base.unet().config().sampleSize();
        return new Synthesis(base.schedule(), size, settings.drawing, settings.seed)
                .draw(manager, teacher, drawn, settings.listener, cache, teacherKey);
    }

    /**
     * The frozen model merged before is asked about the common pictures in random old styles, and
     * about pictures that it draws itself.
     */
    private List<Lesson> withOldStyles(
            NDManager manager, List<Lesson> lessons, TextStates textStates, Cache cache) {
        if (!regularizes()) {
            return lessons;
        }
        UNet before = settings.merged.pipeline().unet();
        Teacher teacher =
                new Teacher(
                        "old styles",
                        settings.teacherPrecision == Precision.FP32
                                ? before
                                : before.copy(manager, settings.teacherPrecision),
                        textStates);
        double share = settings.regularizer;
        double weight = lessons.stream().mapToDouble(Lesson::weight).sum() * share / (1 - share);
        List<Lesson> all = new ArrayList<>(lessons);
        all.add(
                new Lesson(
                        teacher,
                        IntStream.range(0, settings.merged.styles().size()).boxed().toList(),
                        lessons.get(0).common(),
                        drawn(manager, teacher, cache, () -> mergedKey(before)),
                        settings.drawnShare,
                        weight));
        return all;
    }

    private Map<String, String> metadata() {
        return Map.of(
                "dmm.steps", Long.toString(settings.steps),
                "dmm.batch", Integer.toString(settings.batch),
                "dmm.seed", Long.toString(settings.seed));
    }
}
