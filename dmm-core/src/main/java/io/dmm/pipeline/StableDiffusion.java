package io.dmm.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    private final ClipTokenizer tokenizer;
    private final ClipTextModel textEncoder;
    private final UNet unet;
    private final AutoencoderKl vae;
    private final NoiseSchedule schedule;
    private final List<String> styles;

    /**
     * Puts a model together from its parts.
     *
     * @param manager owns what is freed when the model is closed
     * @param styles the names of the UNet's styles
     */
    public StableDiffusion(
            NDManager manager,
            ClipTokenizer tokenizer,
            ClipTextModel textEncoder,
            UNet unet,
            AutoencoderKl vae,
            NoiseSchedule schedule,
            List<String> styles) {
        this.manager = manager;
        this.tokenizer = tokenizer;
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
        return load(ModelFolder.open(path), Compute.newManager());
    }

    static StableDiffusion load(ModelFolder folder, NDManager manager) {
        try {
            ClipTokenizer tokenizer = ClipTokenizer.open(folder.tokenizer());
            manager.attachInternal("tokenizer", tokenizer);
            UNet unet = loadUNet(folder, manager, Precision.FP32);
            return new StableDiffusion(
                    manager,
                    tokenizer,
                    loadTextEncoder(folder, manager),
                    unet,
                    loadVae(folder, manager),
                    new NoiseSchedule(NoiseScheduleConfig.read(folder.config("scheduler"))),
                    styleNames(folder, unet.config().styles()));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Reads the UNet of a diffusers folder onto {@code manager}. */
    public static UNet loadUNet(ModelFolder folder, NDManager manager, Precision precision) {
        UNetConfig config = UNetConfig.read(folder.config("unet"));
        try (TensorFile file = folder.weights("unet")) {
            Weights weights = Weights.load(file, manager, precision);
            UNet unet = new UNet(config, weights);
            weights.requireAllTaken(file);
            return unet;
        }
    }

    /** Reads the text encoder of a diffusers folder onto {@code manager}. */
    public static ClipTextModel loadTextEncoder(ModelFolder folder, NDManager manager) {
        ClipTextConfig config = ClipTextConfig.read(folder.config("text_encoder"));
        try (TensorFile file = folder.weights("text_encoder")) {
            Weights weights = Weights.load(file, manager, Precision.FP32);
            ClipTextModel model = new ClipTextModel(config, weights);
            weights.requireAllTaken(file);
            return model;
        }
    }

    /** Reads the autoencoder of a diffusers folder onto {@code manager}. */
    public static AutoencoderKl loadVae(ModelFolder folder, NDManager manager) {
        VaeConfig config = VaeConfig.read(folder.config("vae"));
        try (TensorFile file = folder.weights("vae")) {
            Weights weights = Weights.load(file, manager, Precision.FP32);
            AutoencoderKl vae = new AutoencoderKl(config, weights);
            weights.requireAllTaken(file);
            return vae;
        }
    }

    /** Styles are numbered where the file, like those of DMM's authors, does not name them. */
    private static List<String> styleNames(ModelFolder folder, int count) {
        try (TensorFile file = folder.weights("unet")) {
            String names = file.metadata().get(STYLES_KEY);
            if (names == null) {
                return IntStream.range(0, count).mapToObj(i -> "style" + i).toList();
            }
            List<String> styles = names.lines().toList();
            if (styles.size() != count) {
                throw new ModelFileException(
                        file.where()
                                + ": "
                                + STYLES_KEY
                                + ", expected "
                                + count
                                + " names but was "
                                + styles);
            }
            return styles;
        }
    }

    /**
     * Writes a diffusers folder, all of it or nothing.
     *
     * @param floatType F32 or F16
     * @param metadata goes into the UNet's file
     * @throws IllegalArgumentException if the folder exists and is not empty
     */
    public void save(Path path, DType floatType, Map<String, String> metadata) {
        try (ModelDraft draft = ModelDraft.create(path)) {
            writeTo(draft, floatType, metadata);
            draft.publish();
        }
    }

    /** As {@link #save}, into a draft that the caller publishes. */
    public void writeTo(ModelDraft draft, DType floatType, Map<String, String> metadata) {
        Map<String, String> described = new TreeMap<>(metadata);
        if (!styles.isEmpty()) {
            described.put(STYLES_KEY, String.join("\n", styles));
        }
        draft.writeJson("model_index.json", modelIndex());
        draft.writeJson("scheduler/scheduler_config.json", schedule.config().toJson());
        tokenizer.files().forEach((name, bytes) -> draft.write("tokenizer/" + name, bytes));
        draft.write(
                "text_encoder",
                textEncoder.config().toJson(),
                textEncoder.parameters(),
                floatType,
                Map.of());
        draft.write("vae", vae.config().toJson(), vae.parameters(), floatType, Map.of());
        draft.write("unet", unet.config().toJson(), unet.parameters(), floatType, described);
    }

    private static ObjectNode modelIndex() {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.put("_class_name", "StableDiffusionPipeline");
        index.putArray("feature_extractor").addNull().addNull();
        index.putArray("image_encoder").addNull().addNull();
        index.put("requires_safety_checker", false);
        index.putArray("safety_checker").addNull().addNull();
        index.putArray("scheduler").add("diffusers").add("DDIMScheduler");
        index.putArray("text_encoder").add("transformers").add("CLIPTextModel");
        index.putArray("tokenizer").add("transformers").add("CLIPTokenizer");
        index.putArray("unet").add("diffusers").add("UNet2DConditionModel");
        index.putArray("vae").add("diffusers").add("AutoencoderKL");
        return index;
    }

    /** Begins a picture of {@code prompts}, in the notation of {@link TextToImage}. */
    public TextToImage sample(String... prompts) {
        return new TextToImage(this, List.of(prompts));
    }

    /**
     * Begins the picture that {@code settings} describe, as a PNG file carries them: with the model
     * that drew it, the same picture.
     *
     * @throws IllegalArgumentException for settings that are missing or unknown here
     */
    public TextToImage sample(GenerationSettings settings) {
        return settings.applyTo(sample(settings.prompt()));
    }

    /** What {@link #sample} reads prompts with: weights, and any length. */
    PromptEncoder promptEncoder(int clipSkip) {
        return new PromptEncoder(tokenizer, textEncoder, clipSkip);
    }

    /**
     * Text states of captions, (B, S, D) on {@code memory}: every character is text, and what does
     * not fit is cut off.
     */
    public NDArray encode(NDManager memory, List<String> prompts, int clipSkip) {
        int length = textEncoder.config().maxPositionEmbeddings();
        long[][] ids =
                prompts.stream()
                        .map(prompt -> tokenizer.encode(prompt, length))
                        .toArray(long[][]::new);
        return textEncoder.forward(memory, ids, clipSkip);
    }

    /** The same model with another UNet and the names of its styles; the parts are shared. */
    public StableDiffusion with(NDManager owner, UNet other, List<String> names) {
        return new StableDiffusion(owner, tokenizer, textEncoder, other, vae, schedule, names);
    }

    /** The same model with another text encoder. */
    public StableDiffusion with(ClipTextModel other) {
        return new StableDiffusion(manager, tokenizer, other, unet, vae, schedule, styles);
    }

    public NDManager manager() {
        return manager;
    }

    public UNet unet() {
        return unet;
    }

    public ClipTextModel textEncoder() {
        return textEncoder;
    }

    public AutoencoderKl vae() {
        return vae;
    }

    public NoiseSchedule schedule() {
        return schedule;
    }

    /** Names of the styles in the order of the codebook; empty for a plain model. */
    public List<String> styles() {
        return styles;
    }

    /** Frees what this model owns; one that shares its parts no longer works after. */
    @Override
    public void close() {
        manager.close();
    }
}
