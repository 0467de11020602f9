package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.data.CaptionedImage;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.distill.FeatureImitation;
import io.dmm.distill.LearningRate;
import io.dmm.distill.LoggedListener;
import io.dmm.distill.ScoreDistillation;
import io.dmm.distill.ScoreDistillation.LatentSources;
import io.dmm.distill.Student;
import io.dmm.distill.Synthesis;
import io.dmm.distill.Teacher;
import io.dmm.distill.TimestepSampling;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.TrainingLoop;
import io.dmm.model.unet.UNet;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

/**
 * Distils experts into one student with a style for each (DMM, arXiv 2504.12364): set what differs
 * from the defaults, then {@link #run}.
 */
public final class Distillation {
    private static final double WEIGHT_DECAY = 1e-2;
    private static final double MAX_GRADIENT_NORM = 1;

    private final StableDiffusion base;
    private List<Expert> experts = List.of();
    private List<CaptionedImage> pictures = List.of();
    private Student.Start start = Student.Start.BASE;
    private int drawnPerExpert;
    private Synthesis.Settings drawing = Synthesis.Settings.DEFAULT;
    private long steps = 20_000;
    private int batch = 32;
    private TimestepSampling timesteps = TimestepSampling.UNIFORM;
    private FeatureImitation features;
    private LearningRate learningRate = LearningRate.constant(1e-5);
    private Precision teacherPrecision = Precision.FP32;
    private long seed;
    private Path metrics;
    private TrainingListener listener = TrainingListener.NONE;

    Distillation(StableDiffusion base) {
        this.base = base;
    }

    /** The experts to merge, at least two; their names become the styles. */
    public Distillation experts(List<Expert> list) {
        if (list.size() < 2) {
            throw new IllegalArgumentException(
                    "experts: expected at least 2 to merge but was " + list.size());
        }
        Set<String> names = new HashSet<>();
        for (Expert expert : list) {
            if (!names.add(expert.name())) {
                throw new IllegalArgumentException(
                        "experts: expected different names but '"
                                + expert.name()
                                + "' is there twice");
            }
        }
        experts = List.copyOf(list);
        return this;
    }

    /** The captioned pictures that all experts are asked about, of the size the model is for. */
    public Distillation captions(List<CaptionedImage> set) {
        pictures = List.copyOf(set);
        return this;
    }

    /** What the student starts from; the base by default, as in the paper. */
    public Distillation start(Student.Start choice) {
        start = choice;
        return this;
    }

    /**
     * Lets each expert first draw pictures of that many captions of the set and train on them and
     * the set in equal parts; it is on its own pictures that a style shows.
     */
    public Distillation synthesize(int perExpert) {
        drawnPerExpert = perExpert;
        return this;
    }

    /** As {@link #synthesize(int)}, saying how they draw. */
    public Distillation synthesize(int perExpert, Synthesis.Settings settings) {
        drawing = settings;
        return synthesize(perExpert);
    }

    public Distillation steps(long count) {
        steps = count;
        return this;
    }

    /** Samples per step, split over the experts; at least two for each. */
    public Distillation batch(int samples) {
        batch = samples;
        return this;
    }

    /** How often each timestep is drawn; uniformly by default. */
    public Distillation timesteps(TimestepSampling sampling) {
        timesteps = sampling;
        return this;
    }

    /**
     * Lets the student's blocks follow the experts', too (DMM, Eq. 10), with this weight beside the
     * score; 0.002 in the authors' code. Not done by default.
     */
    public Distillation features(double weight) {
        features = new FeatureImitation(weight);
        return this;
    }

    /** A constant rate; 1e-5 suits SD 1.5. */
    public Distillation learningRate(double rate) {
        return learningRate(LearningRate.constant(rate));
    }

    public Distillation learningRate(LearningRate schedule) {
        learningRate = schedule;
        return this;
    }

    /** The precision the experts compute in; the student trains in fp32. */
    public Distillation teacherPrecision(Precision precision) {
        teacherPrecision = precision;
        return this;
    }

    /** On the CPU, equal seeds and settings give equal models. */
    public Distillation seed(long value) {
        seed = value;
        return this;
    }

    /** The file to append a line to after every step, {@code metrics.jsonl}. */
    public Distillation metrics(Path file) {
        metrics = file;
        return this;
    }

    public Distillation listen(TrainingListener trainingListener) {
        listener = trainingListener;
        return this;
    }

    /**
     * Trains.
     *
     * @throws CancellationException if the thread is interrupted
     * @throws ModelFileException if an expert cannot be used
     * @throws IllegalStateException if the loss or a gradient is not finite
     * @throws IOException if the metrics cannot be written
     */
    public MergedModel run() throws IOException {
        check();
        try (NDManager manager = Compute.newManager()) {
            UNet student = student(manager);
            train(manager, student);
            List<String> styles = experts.stream().map(Expert::name).toList();
            NDManager owner = Compute.newManager();
            // a copy, because DJL frees the gradient of a weight only with the weight
            return new MergedModel(base.with(owner, student.copy(owner), styles), metadata());
        }
    }

    private UNet student(NDManager manager) {
        UNet student = Student.of(manager, base.unet(), experts.size(), seed);
        if (start == Student.Start.MEAN_OF_EXPERTS) {
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

    private void check() {
        if (!base.styles().isEmpty()) {
            throw new IllegalArgumentException(
                    "distillation: base, expected a model without styles but was one with "
                            + base.styles());
        }
        if (experts.isEmpty() || pictures.isEmpty()) {
            throw new IllegalArgumentException(
                    "distillation: expected experts(…) and captions(…) but was "
                            + experts.size()
                            + " experts and "
                            + pictures.size()
                            + " pictures");
        }
        if (batch < 2 * experts.size()) {
            throw new IllegalArgumentException(
                    "distillation: batch, expected at least 2 samples for each of "
                            + experts.size()
                            + " experts but was "
                            + batch);
        }
        if (drawnPerExpert < 0 || drawnPerExpert > pictures.size()) {
            throw new IllegalArgumentException(
                    "distillation: synthesize, expected 0 to the "
                            + pictures.size()
                            + " captions of the set but was "
                            + drawnPerExpert);
        }
        pictures.forEach(this::checkSize);
        experts.forEach(expert -> expert.check(base));
        if (metrics != null && Files.exists(metrics)) {
            throw new IllegalArgumentException(
                    metrics + ": expected a new file but it exists; name another or remove it");
        }
    }

    private void checkSize(CaptionedImage picture) {
        int size = base.unet().config().sampleSize() * base.vae().config().downsampling();
        int width = picture.picture().width();
        int height = picture.picture().height();
        if (width != size || height != size) {
            throw new IllegalArgumentException(
                    "distillation: picture '%s', expected %d×%d, the size of the model, but was %d×%d; scale the pictures first"
                            .formatted(picture.caption(), size, size, width, height));
        }
    }

    private void train(NDManager manager, UNet student) throws IOException {
        TrainingLoop loop =
                new TrainingLoop(steps, batch, learningRate, WEIGHT_DECAY, MAX_GRADIENT_NORM);
        try (LoggedListener logged = new LoggedListener(metrics, listener)) {
            ScoreDistillation objective = objective(manager, student);
            loop.run(manager, student.parameters().values(), objective, logged);
        }
    }

    private ScoreDistillation objective(NDManager manager, UNet student) {
        List<String> captions = pictures.stream().map(CaptionedImage::caption).toList();
        TextStates textStates = Expert.textStates(manager, base, captions);
        List<Teacher> teachers = new ArrayList<>();
        for (Expert expert : experts) {
            teachers.add(expert.load(manager, base, teacherPrecision, captions, textStates));
        }
        LatentSet common = LatentSet.encode(manager, base.vae(), pictures);
        List<LatentSources> sources = new ArrayList<>();
        for (Teacher teacher : teachers) {
            sources.add(new LatentSources(common, drawn(manager, teacher, captions)));
        }
        return new ScoreDistillation(
                student,
                textStates,
                teachers,
                sources,
                base.schedule(),
                timesteps,
                features,
                batch,
                seed);
    }

    private LatentSet drawn(NDManager manager, Teacher teacher, List<String> captions) {
        if (drawnPerExpert == 0) {
            return null;
        }
        int size = base.unet().config().sampleSize();
        return new Synthesis(base.schedule(), size, drawing, seed)
                .draw(manager, teacher, captions.subList(0, drawnPerExpert), listener);
    }

    private Map<String, String> metadata() {
        return Map.of(
                "dmm.steps", Long.toString(steps),
                "dmm.batch", Integer.toString(batch),
                "dmm.seed", Long.toString(seed));
    }
}
