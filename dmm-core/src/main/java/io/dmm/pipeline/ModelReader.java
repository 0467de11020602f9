package io.dmm.pipeline;

import ai.djl.ndarray.NDManager;
import io.dmm.model.clip.ClipNames;
import io.dmm.model.clip.ClipTextConfig;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.clip.ClipTokenizer;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.model.vae.VaeConfig;
import io.dmm.model.vae.VaeNames;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.sampler.NoiseScheduleConfig;
import io.dmm.sampler.PredictionType;
import io.dmm.tensor.Precision;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.ModelFiles;
import io.dmm.weights.NameTable;
import io.dmm.weights.TensorFile;
import io.dmm.weights.Weights;
import java.util.List;
import java.util.stream.Stream;

/** Reads the parts of a model, each checked by its header before anything is loaded. */
public final class ModelReader {
    private ModelReader() {}

    /**
     * Reads all parts of a model.
     *
     * @param manager owns the model, and is closed if it cannot be read
     */
    static StableDiffusion model(ModelFiles files, NDManager manager, Precision precision) {
        try {
            requireParts(files);
            ClipTokenizer tokenizer = ClipTokenizer.open(files.tokenizer());
            manager.attachInternal("tokenizer", tokenizer);
            try (UNetFile unet = UNetFile.open(files)) {
                NoiseScheduleConfig schedule = NoiseScheduleConfig.read(files.config("scheduler"));
                unet.requirePrediction(schedule.predictionType());
                ClipTextModel textEncoder = textEncoder(files, manager);
                AutoencoderKl vae = autoencoder(files, manager, precision);
                return new StableDiffusion(
                        manager,
                        tokenizer,
                        textEncoder,
                        unet.load(manager, precision), // last: it takes longest
                        vae,
                        new NoiseSchedule(schedule),
                        unet.styles());
            }
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static void requireParts(ModelFiles files) {
        List<String> missing =
                Stream.of("unet", "vae", "text_encoder", "tokenizer")
                        .filter(part -> !files.has(part))
                        .toList();
        if (!missing.isEmpty()) {
            throw new ModelFileException(
                    "%s: lacks %s, expected all parts of a model; name a diffusers folder that has the rest: StableDiffusion.load(path, folder)"
                            .formatted(files.where(), String.join(", ", missing)));
        }
    }

    /** Reads the UNet of a model onto {@code manager}. */
    public static UNet unet(ModelFiles files, NDManager manager, Precision precision) {
        try (UNetFile file = UNetFile.open(files)) {
            return file.load(manager, precision);
        }
    }

    /**
     * Checks by its header that the UNet of a model can be loaded, and predicts what is expected as
     * far as file and folder say.
     *
     * @return its config
     */
    public static UNetConfig checkUNet(ModelFiles files, PredictionType expected) {
        try (UNetFile file = UNetFile.open(files)) {
            file.requirePrediction(expected);
            if (files.hasConfig("scheduler")) {
                NoiseScheduleConfig.requirePrediction(files.config("scheduler"), expected);
            }
            return file.config();
        }
    }

    /** Reads the text encoder of a model onto {@code manager}. */
    public static ClipTextModel textEncoder(ModelFiles files, NDManager manager) {
        ClipTextConfig config = ClipTextConfig.read(files.config("text_encoder"));
        try (TensorFile file =
                NameTable.inDiffusersNames(
                        files.weights("text_encoder"),
                        ClipNames.ldm(config),
                        ClipNames.withoutLevel(config))) {
            Weights.check(file, weights -> new ClipTextModel(config, weights));
            return new ClipTextModel(config, Weights.load(file, manager, Precision.FP32));
        }
    }

    /** Reads the autoencoder of a model onto {@code manager}. */
    public static AutoencoderKl autoencoder(
            ModelFiles files, NDManager manager, Precision precision) {
        VaeConfig config = VaeConfig.read(files.config("vae"));
        try (TensorFile file =
                NameTable.inDiffusersNames(
                        files.weights("vae"),
                        VaeNames.ldm(config),
                        VaeNames.oldDiffusers(config))) {
            Weights.check(file, weights -> new AutoencoderKl(config, weights));
            return new AutoencoderKl(config, Weights.load(file, manager, precision));
        }
    }
}
