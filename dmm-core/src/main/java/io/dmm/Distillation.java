package io.dmm;

import ai.djl.engine.EngineException;
import io.dmm.data.CaptionedImage;
import io.dmm.distill.EmaDecay;
import io.dmm.distill.LearningRate;
import io.dmm.distill.Loss;
import io.dmm.distill.Optimizer;
import io.dmm.distill.ScoreLoss;
import io.dmm.distill.Student;
import io.dmm.distill.Synthesis;
import io.dmm.distill.TimestepSampling;
import io.dmm.distill.TrainingListener;
import io.dmm.model.unet.Activations;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.pipeline.TextToImage;
import io.dmm.tensor.Precision;
import io.dmm.weights.ModelFileException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;

/**
 * Distils experts into one student with a style for each (DMM, arXiv 2504.12364): set what differs
 * from the defaults, then {@link #run}.
 */
public final class Distillation {
    final StableDiffusion base;

    /** The model that is trained further, or null for a fresh student. */
    final MergedModel merged;

    /** Whether the experts are new to the merged model; read only where there is one. */
    final boolean extending;

    List<Expert> experts = List.of();
    List<CaptionedImage> pictures = List.of();
    List<String> prompts = List.of();
    Student.Start start = Student.Start.BASE;
    private Double regularizer;
    int synthesized;
    double synthesizedShare = 0.5;
    Synthesis.Settings synthesis = Synthesis.Settings.DEFAULT;
    long steps = 20_000;
    int batch = 32;
    int accumulation = 1;
    Activations activations = Activations.KEPT;
    TimestepSampling timesteps = TimestepSampling.UNIFORM;
    List<Loss> losses = List.of(Loss.score());
    Optimizer.Rule optimizer = Optimizer.Rule.ADAMW;
    LearningRate learningRate = LearningRate.constant(1e-5);
    Precision teacherPrecision = Precision.FP32;
    Precision studentPrecision = Precision.FP32;
    EmaDecay ema;
    long seed;
    Validator.Settings validation;
    Path checkpoints;
    long checkpointsEvery;
    Path cache;
    Path metrics;
    TrainingListener listener = TrainingListener.NONE;

    Distillation(StableDiffusion base, MergedModel merged, boolean extending) {
        this.base = base;
        this.merged = merged;
        this.extending = extending;
    }

    /**
     * The experts to merge; their names become the styles. A fresh student needs two at least, an
     * extended one new names, a refined one names that it has.
     */
    public Distillation experts(List<Expert> list) {
        int least = merged == null ? 2 : 1;
        if (list.size() < least) {
            throw new IllegalArgumentException(
                    "experts: expected at least "
                            + least
                            + (least == 2 ? " to merge" : "")
                            + " but was "
                            + list.size());
        }
        Set<String> names = new HashSet<>();
        for (Expert expert : list) {
            if (!names.add(expert.name())) {
                throw new IllegalArgumentException(
                        "experts: expected different names but '"
                                + expert.name()
                                + "' is there twice");
            }
            if (merged != null && merged.styles().contains(expert.name()) == extending) {
                throw new IllegalArgumentException(
                        "experts: expected "
                                + (extending ? "names other than those of " : "some of ")
                                + merged.styles()
                                + " but was '"
                                + expert.name()
                                + (extending
                                        ? "'; refine(…) trains a style further"
                                        : "'; extend(…) adds a style"));
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

    /**
     * Captions for the experts to draw, where {@link #synthesize} shall take others than those of
     * the pictures; a run without pictures draws all of them.
     */
    public Distillation prompts(List<String> captions) {
        prompts = List.copyOf(captions);
        return this;
    }

    /**
     * What a fresh student starts from; by default the base, each style being the base at first.
     * The paper's recipe is {@link Student.Start#BASE_WITH_RANDOM_STYLES}.
     */
    public Distillation start(Student.Start choice) {
        start = choice;
        return this;
    }

    /**
     * How much of every batch the model merged before teaches, in random styles of those that no
     * expert teaches. By default it is as many parts as there are such styles, beside the experts'
     * one each, and at most a half. With 0 the styles are forgotten (DMM, section 3.5).
     *
     * @param share in [0, 1)
     */
    public Distillation regularizer(double share) {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException(
                    "regularizer: share of the batch, expected a number in [0, 1) but was "
                            + share);
        }
        regularizer = share;
        return this;
    }

    /**
     * @param kept styles of the model merged before that no expert teaches
     */
    double regularizer(List<Integer> kept) {
        return regularizer == null
                ? Math.min(0.5, (double) kept.size() / (kept.size() + experts.size()))
                : regularizer;
    }

    /**
     * Lets each expert first draw pictures of that many captions, taken at even distances, and
     * train on them and the set, in equal parts unless {@link #synthesizedShare} says otherwise; it
     * is on its own pictures that a style shows.
     */
    public Distillation synthesize(int perExpert) {
        synthesized = perExpert;
        return this;
    }

    /** As {@link #synthesize(int)}, saying how they draw. */
    public Distillation synthesize(int perExpert, Synthesis.Settings settings) {
        synthesis = settings;
        return synthesize(perExpert);
    }

    /**
     * The part of the samples that are of drawn pictures; 0.5 by default, and all without pictures.
     *
     * @param share in [0, 1]; 1 for the paper's last stage
     */
    public Distillation synthesizedShare(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(
                    "synthesized share: expected a number in [0, 1] but was " + share);
        }
        synthesizedShare = share;
        return this;
    }

    /** Updates of the student; 20,000 by default. */
    public Distillation steps(long count) {
        steps = count;
        return this;
    }

    /**
     * Samples per step, split over the teachers, the model merged before being one of them; 32 by
     * default, and at least as many as teachers. Where they do not part evenly, they do over the
     * steps.
     */
    public Distillation batch(int samples) {
        batch = samples;
        return this;
    }

    /** Computes each batch in that many parts, one after the other, to save memory. */
    public Distillation accumulate(int parts) {
        accumulation = parts;
        return this;
    }

    /** What is held between forward and backward pass: time by default, or memory. */
    public Distillation activations(Activations choice) {
        activations = choice;
        return this;
    }

    /** How often each timestep is drawn; uniformly by default. */
    public Distillation timesteps(TimestepSampling sampling) {
        timesteps = sampling;
        return this;
    }

    /**
     * What is minimised, the sum of the terms (DMM, Eq. 13); the score alone by default.
     *
     * @param terms one of a kind, {@link Loss#score} among them
     */
    public Distillation losses(Loss... terms) {
        Set<Class<?>> kinds = new HashSet<>();
        for (Loss term : terms) {
            if (!kinds.add(term.getClass())) {
                throw new IllegalArgumentException(
                        "losses: expected one of a kind but was " + List.of(terms));
            }
        }
        if (!kinds.contains(ScoreLoss.class)) {
            throw new IllegalArgumentException(
                    "losses: expected Loss.score() among them but was " + List.of(terms));
        }
        losses = List.of(terms);
        return this;
    }

    /** How a step follows from a gradient; AdamW by default, as in the paper. */
    public Distillation optimizer(Optimizer.Rule rule) {
        optimizer = rule;
        return this;
    }

    /** A constant rate; 1e-5 suits SD 1.5. */
    public Distillation learningRate(double rate) {
        return learningRate(LearningRate.constant(rate));
    }

    /** The rate over the run; a constant 1e-5 by default. */
    public Distillation learningRate(LearningRate schedule) {
        learningRate = schedule;
        return this;
    }

    /**
     * Gives the exponential moving average of the student's weights instead of the last ones; it is
     * what validations measure, too.
     */
    public Distillation ema(EmaDecay decay) {
        ema = decay;
        return this;
    }

    /** The precision the student computes in; its weights and their gradients stay in fp32. */
    public Distillation studentPrecision(Precision precision) {
        studentPrecision = precision;
        return this;
    }

    /** The precision the experts compute in. */
    public Distillation teacherPrecision(Precision precision) {
        teacherPrecision = precision;
        return this;
    }

    /** On the CPU, equal seeds and settings give equal models; 0 by default. */
    public Distillation seed(long value) {
        seed = value;
        return this;
    }

    /**
     * Measures the closed gap of every expert during the run and after its last step, and lets
     * every style draw. A validation that is interrupted is not made up for.
     *
     * @param every how many steps lie between two validations
     * @param heldOut captioned pictures that are not trained on
     * @param samplePrompts what is drawn; may be left out
     */
    public Distillation validate(
            long every, List<CaptionedImage> heldOut, String... samplePrompts) {
        return validate(every, heldOut, UnaryOperator.identity(), samplePrompts);
    }

    /**
     * As {@link #validate(long, List, String...)}, saying how samples are drawn.
     *
     * @param request is applied to that of each style, such as {@code r -> r.steps(50)}
     */
    public Distillation validate(
            long every,
            List<CaptionedImage> heldOut,
            UnaryOperator<TextToImage> request,
            String... samplePrompts) {
        validation = new Validator.Settings(every, heldOut, List.of(samplePrompts), request);
        return this;
    }

    /**
     * Leaves checkpoints in a folder, from which the same run goes on when it is run again: it then
     * comes to the same bytes on the CPU, and one that had ended gives its model without training.
     * The two newest are kept; {@code metrics.jsonl} and what {@link #cache} keeps lie beside them
     * unless another place is named.
     *
     * @param every how many steps lie between two checkpoints; an interrupted run leaves one, too
     */
    public Distillation checkpoints(Path folder, long every) {
        checkpoints = folder;
        checkpointsEvery = every;
        return this;
    }

    /**
     * A folder that keeps latents, text states and drawn pictures under the hashes of what made
     * them, for the next run; tables are read from there and take no memory. By default {@code
     * cache} in the folder of the checkpoints, if there is one.
     */
    public Distillation cache(Path folder) {
        cache = folder;
        return this;
    }

    /**
     * The file that gets a line after every step: a new one, unless the run goes on from a
     * checkpoint. By default {@code metrics.jsonl} beside the checkpoints, if there are any.
     */
    public Distillation metrics(Path file) {
        metrics = file;
        return this;
    }

    /** Who hears of the run, in place of any before; {@link TrainingListener#and} adds another. */
    public Distillation listen(TrainingListener trainingListener) {
        listener = trainingListener;
        return this;
    }

    /**
     * Trains, once a run before that is still writing its checkpoint is through.
     *
     * @throws CancellationException if the thread is interrupted
     * @throws ModelFileException if an expert cannot be used, or no checkpoint that is there
     * @throws IllegalArgumentException if settings do not fit, or the checkpoints are of others
     * @throws IllegalStateException if the base or the model merged before is in bf16, ten steps in
     *     a row have no finite loss and gradient, another run of this process goes on for ten
     *     minutes, or another process holds the folder of the checkpoints
     * @throws UncheckedIOException if a folder or file of the run cannot be written
     * @throws EngineException if there is too little memory
     */
    public MergedModel run() {
        return HeardWork.heardBy(
                listener,
                "distillation",
                () -> {
                    try (RunTurn turn = RunTurn.take()) {
                        return new DistillationRun(this).run();
                    }
                });
    }
}
