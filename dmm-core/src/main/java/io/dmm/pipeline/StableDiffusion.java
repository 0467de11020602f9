package io.dmm.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.model.ConfigNode;
import io.dmm.model.clip.ClipTextConfig;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.clip.ClipTokenizer;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.model.vae.VaeConfig;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.sampler.NoiseScheduleConfig;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.DType;
import io.dmm.weights.ModelDraft;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.ModelFolder;
import io.dmm.weights.TensorFile;
import io.dmm.weights.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A text-to-image model of the Stable Diffusion 1.5 family: tokenizer, text encoder, UNet,
 * autoencoder and noise schedule, read from and written to a diffusers folder.
 *
 * <p>Safe for sampling from several threads.
 */
public final class StableDiffusion implements AutoCloseable {
    /** Key of the safetensors metadata under which the styles are named, separated by line ends. */
    private static final String STYLES_KEY = "dmm.styles";

    private final NDManager manager;
    private final Path tokenizerFolder;
    private final ClipTokenizer tokenizer;
    private final ClipTextModel textEncoder;
    private final UNet unet;
    private final AutoencoderKl vae;
    private final NoiseSchedule schedule;
    private final List<String> styles;

    /**
     * Puts a model together from its parts.
     *
     * @param manager owns what the model must free when closed
     * @param tokenizerFolder where the tokenizer's files are
     * @param styles the names of the UNet's styles
     */
    public StableDiffusion(
            NDManager manager,
            Path tokenizerFolder,
            ClipTextModel textEncoder,
            UNet unet,
            AutoencoderKl vae,
            NoiseSchedule schedule,
            List<String> styles) {
        this.manager = manager;
        this.tokenizerFolder = tokenizerFolder;
        this.tokenizer = ClipTokenizer.open(tokenizerFolder);
        this.textEncoder = textEncoder;
        this.unet = unet;
        this.vae = vae;
        this.schedule = schedule;
        this.styles = List.copyOf(styles);
    }

    /**
     * Reads a diffusers folder in fp32.
     *
     * @throws ModelFileException for a missing, broken or foreign file
     */
    public static StableDiffusion load(Path path) {
        ModelFolder folder = ModelFolder.open(path);
        NDManager manager = Compute.newManager();
        try {
            UNet unet = loadUNet(folder, manager, Precision.FP32);
            return new StableDiffusion(
                    manager,
                    folder.tokenizer(),
                    loadTextEncoder(folder, manager),
                    unet,
                    loadVae(folder, manager),
                    new NoiseSchedule(NoiseScheduleConfig.fromJson(folder.config("scheduler"))),
                    styleNames(folder, unet.config().styles()));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Reads the UNet of a diffusers folder onto {@code manager}. */
    public static UNet loadUNet(ModelFolder folder, NDManager manager, Precision precision) {
        UNetConfig config = UNetConfig.read(config(folder, "unet"));
        try (TensorFile file = folder.weights("unet")) {
            return new UNet(config, complete(file, Weights.load(file, manager, precision)));
        }
    }

    /** Reads the text encoder of a diffusers folder onto {@code manager}. */
    public static ClipTextModel loadTextEncoder(ModelFolder folder, NDManager manager) {
        ClipTextConfig config = ClipTextConfig.read(config(folder, "text_encoder"));
        try (TensorFile file = folder.weights("text_encoder")) {
            return new ClipTextModel(config, Weights.load(file, manager, Precision.FP32));
        }
    }

    private static AutoencoderKl loadVae(ModelFolder folder, NDManager manager) {
        VaeConfig config = VaeConfig.read(config(folder, "vae"));
        try (TensorFile file = folder.weights("vae")) {
            return new AutoencoderKl(config, Weights.load(file, manager, Precision.FP32));
        }
    }
}
