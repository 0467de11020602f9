package io.dmm.batch;

import io.dmm.Distillation;
import io.dmm.Expert;
import io.dmm.MergedModel;
import io.dmm.data.CaptionedImage;
import io.dmm.data.CaptionedImages;
import io.dmm.distill.LearningRate;
import io.dmm.distill.Loss;
import io.dmm.distill.LossChart;
import io.dmm.distill.MetricsLog;
import io.dmm.distill.Optimizer;
import io.dmm.distill.Synthesis;
import io.dmm.distill.TimestepSampling;
import io.dmm.model.unet.Activations;
import io.dmm.pipeline.Fonts;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Precision;
import io.dmm.tinyworld.TinyWorld;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the scripts {@code merge} and {@code extend} are told by their arguments, and what both do
 * with it: read base, experts and captions, set up a run, and leave its results in a folder.
 *
 * <p>The word {@code tinyworld} stands for the embedded pictures, too, see {@link NamedModels}.
 */
public final class MergeJob {
    private static final Map<String, String> OPTIONS = Map.of("steps", "20000", "donor", "");
    private static final String OPTIONS_USAGE = " [--steps=20000] [--donor=FOLDER]";
    private static final int TINY_PICTURES = 1200;
    private static final int TINY_BATCH = 32;
    private static final int MICRO_BATCHES = 4;
    private static final int MICRO_BATCH = 8;
    private static final int DRAWN_OF_PICTURES = 480;
    private static final int CHECKPOINT_EVERY = 500;

    private final Path merged;
    private final String captions;
    private final Path folder;
    private final int steps;
    private final NamedModels models;

    private MergeJob(String usage, Path merged, List<String> words, int experts, Options options) {
        if (words.size() < 3 + experts) {
            throw new IllegalArgumentException(usage);
        }
        this.merged = merged;
        captions = words.get(1);
        folder = Path.of(words.get(2));
        steps = options.count("steps");
        boolean finished = Files.exists(modelFolder());
        if (finished || Files.exists(folder.resolve("model_index.json"))) {
            throw new IllegalArgumentException(
                    folder
                            + ": expected a new folder but it has a model; name another"
                            + (finished ? ", or move model/ away to take more steps in it" : ""));
        }
        List<String> named = words.subList(3, words.size());
        models = new NamedModels(words.get(0), options.paths("donor"), named, usage);
    }

    /**
     * Reads {@code BASE CAPTIONS FOLDER NAME=EXPERT NAME=EXPERT ... [--steps=20000]
     * [--donor=FOLDER]}.
     *
     * @throws IllegalArgumentException if that is not what was given, or FOLDER has a model
     */
    public static MergeJob merging(List<String> arguments) {
        String usage =
                "usage: notebooks/run merge BASE CAPTIONS FOLDER NAME=EXPERT NAME=EXPERT ..."
                        + OPTIONS_USAGE;
        Options options = Options.read(arguments, OPTIONS, usage);
        return new MergeJob(usage, null, options.words(), 2, options);
    }

    /**
     * Reads {@code MERGED BASE CAPTIONS FOLDER NAME=EXPERT ... [--steps=20000] [--donor=FOLDER]}.
     *
     * @throws IllegalArgumentException if that is not what was given, or FOLDER has a model
     */
    public static MergeJob extending(List<String> arguments) {
        String usage =
                "usage: notebooks/run extend MERGED BASE CAPTIONS FOLDER NAME=EXPERT ..."
                        + OPTIONS_USAGE;
        Options options = Options.read(arguments, OPTIONS, usage);
        List<String> words = options.words();
        if (words.isEmpty()) {
            throw new IllegalArgumentException(usage);
        }
        Path merged = Path.of(words.get(0));
        List<String> others = words.subList(1, words.size());
        return new MergeJob(usage, merged, others, 1, options);
    }

    /** The folder of the model that is extended; null where experts are merged. */
    public Path merged() {
        return merged;
    }

    public List<Expert> experts() {
        return models.experts();
    }

    public long steps() {
        return steps;
    }

    /** Loads the base model; the caller closes it. */
    public StableDiffusion openBase() {
        return models.openBase();
    }

    /**
     * Sets up a run; what is set afterwards counts. Small models learn fast; those of SD 1.5's size
     * take the paper's small steps, and each batch in parts.
     *
     * @param imageSize of the base, to which pictures of a folder are brought
     * @throws IOException if the captions cannot be read
     */
    public Distillation configure(Distillation run, int imageSize) throws IOException {
        Fonts.sans(Font.PLAIN, 12); // a lack of fonts is told now, not after the training
        run.experts(experts())
                .steps(steps)
                .teacherPrecision(Precision.BF16)
                .checkpoints(checkpoints(), CHECKPOINT_EVERY)
                .listen(new ConsoleProgress());
        List<String> prompts = prompts();
        List<CaptionedImage> pictures = prompts.isEmpty() ? pictures(imageSize) : List.of();
        int available = prompts.isEmpty() ? pictures.size() : Integer.MAX_VALUE;
        if (models.isTiny()) {
            run.batch(Math.min(TINY_BATCH, available))
                    .optimizer(Optimizer.Rule.MUON)
                    .learningRate(LearningRate.linear(5e-3).withWarmup(20))
                    .losses(Loss.score(), Loss.features(0.3))
                    .timesteps(new TimestepSampling(0.3));
        } else {
            int parts = parts(available);
            run.batch(Math.min(parts * MICRO_BATCH, available))
                    .accumulate(parts)
                    .learningRate(1e-5)
                    .losses(Loss.score(), Loss.features(0.002))
                    .activations(Activations.RECOMPUTED);
        }
        Synthesis.Settings drawing =
                models.isTiny() ? new Synthesis.Settings(6, 1) : Synthesis.Settings.DEFAULT;
        return prompts.isEmpty()
                ? run.captions(pictures)
                        .synthesize(Math.min(DRAWN_OF_PICTURES, pictures.size()), drawing)
                : run.prompts(prompts).synthesize(prompts.size(), drawing);
    }

    /** Of a batch, which has as many samples as there are pictures where those are few. */
    static int parts(int pictures) {
        return Math.max(1, Math.min(MICRO_BATCHES, pictures / MICRO_BATCH));
    }

    /** The lines of a text file, all of which the experts draw; none of a folder. */
    List<String> prompts() throws IOException {
        Path file = Path.of(captions);
        if (NamedModels.isTinyWorld(captions) || !Files.isRegularFile(file)) {
            return List.of();
        }
        return PromptFile.lines(file);
    }

    private List<CaptionedImage> pictures(int imageSize) throws IOException {
        return NamedModels.isTinyWorld(captions)
                ? TinyWorld.pictures(TINY_PICTURES)
                : CaptionedImages.folder(Path.of(captions), imageSize).images();
    }

    /**
     * Saves what came out: {@code model/} and {@code loss.png}, beside {@code checkpoints/}.
     *
     * @return the model's folder
     */
    public Path save(MergedModel model) {
        model.save(modelFolder());
        String title =
                merged == null
                        ? "Distillation of " + experts().size() + " experts"
                        : "Experts added: " + experts().size();
        new LossChart(title, MetricsLog.read(checkpoints().resolve("metrics.jsonl")))
                .save(folder.resolve("loss.png"));
        return modelFolder();
    }

    private Path modelFolder() {
        return folder.resolve("model");
    }

    private Path checkpoints() {
        return folder.resolve("checkpoints");
    }
}
