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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the parts of a model, each checked by its header before anything is loaded. */
public final class ModelReader {
    private static final Logger LOGGER = LoggerFactory.getLogger(ModelReader.class);
    private static final List<String> PARTS =
            List.of("unet", "vae", "text_encoder", "tokenizer", "scheduler");

    private ModelReader() {}

    /**
     * Opens a model and what gives the parts that it lacks.
     *
     * @throws ModelFileException for a missing or foreign file, or a donor without parts
     */
    static ModelFiles files(Path path, Path... donors) {
        List<ModelFiles> files = new ArrayList<>(List.of(ModelFiles.open(path)));
        for (Path donor : donors) {
            files.add(donor(donor, ModelFiles.firstOf(files)));
        }
        if (!Files.isDirectory(path)) {
            files.add(ModelConfigs.sd15());
        }
        return ModelFiles.firstOf(files);
    }

    private static ModelFiles donor(Path path, ModelFiles before) {
        ModelFiles donor = ModelFiles.open(path);
        List<String> parts = PARTS.stream().filter(donor::has).toList();
        if (parts.isEmpty()) {
            throw new ModelFileException(
                    "%s: expected a folder with some of %s, or one of them alone, but has none"
                            .formatted(path, String.join(", ", PARTS)));
        }
        if (parts.stream().allMatch(before::has)) {
            LOGGER.warn(
                    "{}: passed over, since what is named before it has its {}; name it first"
                            + " to take them from it",
                    path,
                    String.join(", ", parts));
        }
        return donor;
    }

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
        List<String> missing = PARTS.stream().filter(part -> !files.has(part)).toList();
        if (!missing.isEmpty()) {
            throw new ModelFileException(
                    "%s: lacks %s, expected all parts of a model; name a diffusers folder that has the rest, as in StableDiffusion.load(path, folder) or a script's --donor=folder"
                            .formatted(files.where(), String.join(", ", missing)));
        }
    }

    /** Reads the UNet of a model onto {@code manager}. */
    public static UNet unet(ModelFiles files, NDManager manager, Precision precision) {
        try (UNetFile file = UNetFile.open(files)) {
            return file.load(manager, precision);
        }
    }

    /** As {@link #unet(ModelFiles, NDManager, Precision)}, after {@link #checkUNet}. */
    public static UNet unet(
            ModelFiles files, PredictionType expected, NDManager manager, Precision precision) {
        try (UNetFile file = UNetFile.open(files)) {
            requirePrediction(files, file, expected);
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
            requirePrediction(files, file, expected);
            return file.config();
        }
    }

    private static void requirePrediction(
            ModelFiles files, UNetFile file, PredictionType expected) {
        file.requirePrediction(expected);
        if (files.hasConfig("scheduler")) {
            NoiseScheduleConfig.requirePrediction(files.config("scheduler"), expected);
        }
    }

    /** Reads the text encoder of a model onto {@code manager}. */
    public static ClipTextModel textEncoder(ModelFiles files, NDManager manager) {
        ClipTextConfig config = ClipTextConfig.read(files.config("text_encoder"));
        try (TensorFile file = textEncoderFile(files, config)) {
            return new ClipTextModel(config, Weights.load(file, manager, Precision.FP32));
        }
    }

    /**
     * Checks by its header that the text encoder of a model can be loaded, and gives text states of
     * a width.
     *
     * @return its config
     */
    public static ClipTextConfig checkTextEncoder(ModelFiles files, int width) {
        ClipTextConfig config = ClipTextConfig.read(files.config("text_encoder"));
        textEncoderFile(files, config).close();
        if (config.hiddenSize() != width) {
            throw new ModelFileException(
                    "%s: text encoder, expected text states of width %d, as the UNet takes them, but was %d"
                            .formatted(files.where(), width, config.hiddenSize()));
        }
        return config;
    }

    private static TensorFile textEncoderFile(ModelFiles files, ClipTextConfig config) {
        TensorFile file =
                NameTable.inDiffusersNames(
                        files.weights("text_encoder"),
                        ClipNames.ldm(config),
                        ClipNames.withoutLevel(config));
        try {
            Weights.check(file, weights -> new ClipTextModel(config, weights));
            return file;
        } catch (RuntimeException e) {
            file.close();
            throw e;
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
