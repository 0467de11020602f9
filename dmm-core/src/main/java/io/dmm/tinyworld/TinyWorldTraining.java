package io.dmm.tinyworld;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.data.Cache;
import io.dmm.data.CaptionedImage;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.distill.LearningRate;
import io.dmm.distill.ProgressMeter;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.TrainingLoop;
import io.dmm.model.clip.ClipTextConfig;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.clip.ClipTokenizer;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.model.vae.VaeConfig;
import io.dmm.pipeline.ModelReader;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.sampler.NoiseScheduleConfig;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.DType;
import io.dmm.weights.ModelDraft;
import io.dmm.weights.ModelFolder;
import io.dmm.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the tiny world's models from nothing: a classifier whose features tell its pictures apart,
 * a tokenizer, an autoencoder, a base model of plain drawings, and an expert for each style that is
 * fine-tuned from it.
 *
 * <p>A stage whose folder exists is not run again, so an interrupted training goes on at the stage
 * it was in.
 */
public final class TinyWorldTraining {
    private static final long SEED = 1;
    private static final ClassifierConfig CLASSIFIER =
            new ClassifierConfig(List.of(24, 48, 64, 96), 8, 64);
    private static final VaeConfig VAE = new VaeConfig(List.of(32, 48, 64), 1, 4, 8, 1, 64);
    private static final UNetConfig UNET =
            new UNetConfig(
                    4,
                    4,
                    List.of(48, 64, 64),
                    List.of(false, true, true),
                    1,
                    4,
                    64,
                    8,
                    1e-5,
                    16,
                    0);

    private static final int BASE_PICTURES = 12_000;

    /**
     * As SD 1.5 has, the base has seen a few pictures of each of the first styles, under its name:
     * nine. With one in twenty it took a style from the noised picture alone, whatever the caption
     * said.
     */
    private static final double NAMED_STYLES = 0.003;

    private static final int EXPERT_PICTURES = 4_000;
    private static final TrainingLoop BASE_LOOP =
            new TrainingLoop(
                    7000,
                    32,
                    LearningRate.cosine(1.2e-3).withWarmup(200),
                    TrainingLoop.WEIGHT_DECAY,
                    TrainingLoop.MAX_GRAD_NORM);
    private static final TrainingLoop EXPERT_LOOP =
            new TrainingLoop(
                    1500,
                    32,
                    LearningRate.cosine(8e-4).withWarmup(50),
                    TrainingLoop.WEIGHT_DECAY,
                    TrainingLoop.MAX_GRAD_NORM);

    private final Path folder;
    private final TrainingListener listener;

    private TinyWorldTraining(Path folder, TrainingListener listener) {
        this.folder = folder;
        this.listener = listener;
    }

    /**
     * Trains what is missing in {@code folder}: {@code features}, {@code vae}, {@code sharp-vae},
     * {@code tokenizer}, {@code base} and a folder for each expert.
     */
    public static void run(Path folder, TrainingListener listener) throws IOException {
        TinyWorldTraining training = new TinyWorldTraining(folder, listener);
        Files.createDirectories(folder);
        training.unlessThere("features", training::trainClassifier);
        training.unlessThere("vae", training::trainVae);
        training.unlessThere("sharp-vae", training::trainDecoder);
        training.unlessThere("base", training::trainBase);
        for (Style style : Style.experts()) {
            training.unlessThere(style.key(), draft -> training.trainExpert(style, draft));
        }
    }

    @FunctionalInterface
    private interface Stage {
        void write(ModelDraft draft) throws IOException;
    }

    private void unlessThere(String name, Stage stage) throws IOException {
        if (!Files.exists(folder.resolve(name))) {
            try (ModelDraft draft = ModelDraft.create(folder.resolve(name))) {
                stage.write(draft);
                draft.publish();
            }
        }
    }

    private void trainClassifier(ModelDraft draft) {
        try (NDManager manager = Compute.newManager()) {
            Weights weights = Weights.initial(manager, SEED);
            PictureClassifier classifier = new PictureClassifier(CLASSIFIER, weights);
            new ClassifierTraining(classifier, SEED)
                    .run(ClassifierTraining.LOOP, manager, listener);
            classifier.writeTo(draft);
        }
    }

    private void trainVae(ModelDraft draft) {
        try (NDManager manager = Compute.newManager()) {
            Weights weights = Weights.initial(manager, SEED);
            AutoencoderKl vae = new AutoencoderKl(VAE, weights);
            VaeTraining training = new VaeTraining(SEED);
            training.run(manager, vae, weights.taken(), listener);
            VaeConfig config = VAE.withScalingFactor(training.scalingFactor(manager, vae));
            draft.write("vae", config.toJson(), vae.parameters(), DType.F16, Map.of());
        }
    }

    private void trainDecoder(ModelDraft draft) {
        try (NDManager manager = Compute.newManager()) {
            AutoencoderKl vae = loadVae(manager, "vae").copy(manager);
            new VaeTraining(SEED + 3).sharpen(manager, vae, listener);
            draft.write("vae", vae.config().toJson(), vae.parameters(), DType.F16, Map.of());
        }
    }

    private AutoencoderKl loadVae(NDManager manager, String stage) {
        return ModelReader.autoencoder(
                ModelFolder.open(folder.resolve(stage)), manager, Precision.FP32);
    }

    private void trainBase(ModelDraft draft) throws IOException {
        Path files = Files.createDirectories(folder.resolve("tokenizer"));
        BpeTraining.ofTinyWorld().write(files);
        NoiseSchedule schedule = new NoiseSchedule(NoiseScheduleConfig.sd15());
        try (NDManager manager = Compute.newManager();
                ClipTokenizer tokenizer = ClipTokenizer.open(files)) {
            AutoencoderKl vae = loadVae(manager, "sharp-vae");
            ClipTextConfig textConfig = textConfig(tokenizer.vocabularySize());
            ClipTextModel text = new ClipTextModel(textConfig, Weights.initial(manager, SEED + 1));
            UNet unet = new UNet(UNET, Weights.initial(manager, SEED + 2));
            Map<String, NDArray> parameters = new LinkedHashMap<>(text.parameters());
            parameters.putAll(unet.parameters());
            UNetTraining.Conditioning conditioning =
                    (memory, captions) ->
                            text.forward(
                                    memory,
                                    captions.stream().map(tokenizer::encode).toArray(long[][]::new),
                                    1);
            try (LatentSet pictures = encode(manager, vae, basePictures())) {
                new UNetTraining(unet, conditioning, schedule, pictures, SEED)
                        .run(BASE_LOOP, manager, parameters, listener);
            }
            new StableDiffusion(manager, tokenizer, text, unet, vae, schedule, List.of())
                    .writeTo(draft, DType.F16, Map.of());
        }
    }

    private LatentSet encode(NDManager manager, AutoencoderKl vae, List<CaptionedImage> pictures) {
        ProgressMeter meter = new ProgressMeter(listener, "encoding pictures", pictures.size());
        return LatentSet.encode(manager, vae, pictures, Cache.NONE, meter);
    }

    private static ClipTextConfig textConfig(int vocabulary) {
        return new ClipTextConfig(
                vocabulary, 64, 256, 2, 4, 77, ClipTextConfig.Activation.QUICK_GELU);
    }

    private static List<CaptionedImage> basePictures() {
        List<Scene> scenes = WorldPictures.trainingScenes();
        int named = (int) (NAMED_STYLES * BASE_PICTURES / Style.firstExperts().size());
        List<CaptionedImage> pictures = new ArrayList<>();
        for (Style style : Style.firstExperts()) {
            pictures.addAll(WorldPictures.namingStyle(style, scenes, named, SEED));
        }
        int plain = BASE_PICTURES - pictures.size();
        pictures.addAll(WorldPictures.inStyle(Style.PLAIN, scenes, plain, SEED));
        return pictures;
    }

    private void trainExpert(Style style, ModelDraft draft) {
        try (StableDiffusion base = StableDiffusion.load(folder.resolve("base"))) {
            NDManager manager = base.manager();
            UNet unet = base.unet().copy(manager);
            List<CaptionedImage> drawn =
                    WorldPictures.inStyle(
                            style, WorldPictures.trainingScenes(), EXPERT_PICTURES, SEED + 1);
            try (LatentSet pictures = encode(manager, base.vae(), drawn);
                    TextStates states =
                            new TextStates(
                                    manager,
                                    (memory, prompts) -> base.encode(memory, prompts, 1),
                                    pictures.captions())) {
                new UNetTraining(unet, states::of, base.schedule(), pictures, SEED + 1)
                        .run(EXPERT_LOOP, manager, unet.parameters(), listener);
            }
            draft.write("unet", unet.config().toJson(), unet.parameters(), DType.F16, Map.of());
        }
    }
}
