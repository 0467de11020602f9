package io.dmm.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.clip.ClipTokenizer;
import io.dmm.model.unet.UNet;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.DType;
import io.dmm.weights.Lora;
import io.dmm.weights.LoraExtraction;
import io.dmm.weights.ModelDraft;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.ModelFiles;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A text-to-image model of the Stable Diffusion 1.5 family: tokenizer, text encoder, UNet,
 * autoencoder and noise schedule, read from and written to a diffusers folder or a single file.
 *
 * <p>Safe for sampling from several threads.
 */
public final class StableDiffusion implements AutoCloseable {
    private static final Pattern PICKLE = Pattern.compile(".*\\.(ckpt|pt|pth|bin)");

    private final NDManager manager;
    private final ClipTokenizer tokenizer;
    private final ClipTextModel textEncoder;
    private final UNet unet;
    private final AutoencoderKl vae;
    private final NoiseSchedule schedule;
    private final List<String> styles;

    /** What its pictures say it is, or null. */
    private final String name;

    private final int clipSkip;

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
        this(manager, tokenizer, textEncoder, unet, vae, schedule, styles, null, 1);
    }

    private StableDiffusion(
            NDManager manager,
            ClipTokenizer tokenizer,
            ClipTextModel textEncoder,
            UNet unet,
            AutoencoderKl vae,
            NoiseSchedule schedule,
            List<String> styles,
            String name,
            int clipSkip) {
        this.manager = manager;
        this.tokenizer = tokenizer;
        this.textEncoder = textEncoder;
        this.unet = unet;
        this.vae = vae;
        this.schedule = schedule;
        this.styles = List.copyOf(styles);
        this.name = name;
        this.clipSkip = clipSkip;
    }

    /**
     * Reads a diffusers folder, or a single file as latent diffusion's code saves it, in fp32.
     *
     * @param path may be one part alone, such as the folder of an autoencoder that takes the place
     *     of the donor's
     * @param donors folders or files for what it lacks: each part comes from the first that has it.
     *     A single file never has a tokenizer, and without a folder the configs are SD 1.5's
     * @throws ModelFileException for a missing, broken or foreign file, or a donor without parts
     */
    public static StableDiffusion load(Path path, Path... donors) {
        return load(path, Precision.FP32, donors);
    }

    /**
     * As {@link #load(Path, Path...)}, UNet and autoencoder computing in {@code precision}; a model
     * in bf16 can be sampled and take LoRA files, but neither be saved nor distilled.
     */
    public static StableDiffusion load(Path path, Precision precision, Path... donors) {
        return ModelReader.model(ModelReader.files(path, donors), Compute.newManager(), precision)
                .named(stem(path));
    }

    /**
     * The model that is in {@code path}; where that is a single file, it has this one's configs.
     */
    public ModelFiles files(Path path) {
        ModelConfigs configs =
                new ModelConfigs(
                        "base",
                        unet.config().withStyles(0),
                        vae.config(),
                        textEncoder.config(),
                        schedule.config());
        ModelFiles files = ModelFiles.open(path);
        return Files.isDirectory(path) ? files : ModelFiles.firstOf(List.of(files, configs));
    }

    /** As {@link #save(Path, DType, Map)}, in fp32. */
    public void save(Path path) {
        save(path, DType.F32);
    }

    /** As {@link #save(Path, DType, Map)}, without metadata of one's own. */
    public void save(Path path, DType floatType) {
        save(path, floatType, Map.of());
    }

    /**
     * Writes a diffusers folder, or for a path that ends in {@code .safetensors} a single file as
     * latent diffusion's code saves it, all of it or nothing.
     *
     * <p>A single file holds no tokenizer and no configs, and has no names for style prompts.
     *
     * @param floatType F32 or F16
     * @param metadata goes into the file, or the UNet's; ModelSpec's keys are added where absent
     * @throws IllegalArgumentException if the path exists and is not an empty folder, has a
     *     pickle's ending, or the model has styles and would be a single file
     * @throws IllegalStateException if the model is in bf16
     * @throws UncheckedIOException if it cannot be written
     */
    public void save(Path path, DType floatType, Map<String, String> metadata) {
        requireFp32(path + ": weights to save");
        ModelWriter writer = new ModelWriter(this, floatType, metadata);
        String name = path.toString().toLowerCase(Locale.ROOT);
        if (PICKLE.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    path + ": expected a folder or a .safetensors file; pickles are not written");
        }
        if (name.endsWith(".safetensors")) {
            writer.writeSingleFile(path);
            return;
        }
        try (ModelDraft draft = ModelDraft.create(path)) {
            writer.writeTo(draft);
            draft.publish();
        }
    }

    /**
     * Writes what distinguishes this model's UNet and text encoder from those of {@code base} as a
     * LoRA file, as kohya's scripts extract it: {@code base.with(Lora.of(file))} is nearer to this
     * model the higher the rank. Biases, norms and the first and last layers have no place in it.
     *
     * @param rank of each layer's matrix; 32 is usual for SD 1.5
     * @param floatType F32 or F16
     * @throws IllegalArgumentException if {@code file} exists, or this model is the base, or has
     *     other layers or styles
     * @throws IllegalStateException if one of both is in bf16
     * @throws UncheckedIOException if it cannot be written
     */
    public void saveLora(Path file, StableDiffusion base, int rank, DType floatType) {
        ModelWriter.requireNew(file);
        if (!unet.shapes().equals(base.unet.shapes())
                || !textEncoder.shapes().equals(base.textEncoder.shapes())) {
            throw new IllegalArgumentException(
                    file + ": expected a model with the layers of the base but has others");
        }
        try (LoraExtraction extraction = new LoraExtraction(rank)) {
            extraction.addUNet(base.unet.parameters(), unet.parameters());
            extraction.addTextEncoder(base.textEncoder.parameters(), textEncoder.parameters());
            extraction.write(file, floatType);
        }
    }

    /** As {@link #save}, into a draft that the caller publishes. */
    public void writeTo(ModelDraft draft, DType floatType, Map<String, String> metadata) {
        new ModelWriter(this, floatType, metadata).writeTo(draft);
    }

    /** Begins a picture of {@code prompts}, in the notation of {@link TextToImage}. */
    public TextToImage sample(String... prompts) {
        return new TextToImage(this, List.of(prompts));
    }

    /**
     * Begins the picture that {@code settings} describe, as a PNG file carries them. With the model
     * that drew it, that is the same picture where this library drew it from text on the same
     * machine; other programs may draw noise otherwise (A1111 does so on the GPU by default), and
     * what was made from a picture needs {@link TextToImage#from} again.
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

    /** The same model under another name; closing either closes both. */
    public StableDiffusion named(String other) {
        return new StableDiffusion(
                manager, tokenizer, textEncoder, unet, vae, schedule, styles, other, clipSkip);
    }

    /**
     * The same model, sampled with another layer of its text encoder unless a request says else;
     * closing either closes both.
     */
    public StableDiffusion withClipSkip(int layer) {
        textEncoder.requireClipSkip(layer);
        return new StableDiffusion(
                manager, tokenizer, textEncoder, unet, vae, schedule, styles, name, layer);
    }

    /** What a request begins with, see {@link TextToImage#clipSkip}; 1 unless set. */
    int clipSkip() {
        return clipSkip;
    }

    /**
     * What its pictures say that drew them: the file or folder it was loaded from, LoRAs included,
     * or nothing.
     */
    public Optional<String> name() {
        return Optional.ofNullable(name);
    }

    /**
     * The same model with another UNet and the names of its styles, and without a name; the parts
     * are shared.
     */
    public StableDiffusion with(NDManager owner, UNet other, List<String> names) {
        return new StableDiffusion(owner, tokenizer, textEncoder, other, vae, schedule, names);
    }

    /** The same model with another text encoder; closing either closes both. */
    public StableDiffusion with(ClipTextModel other) {
        return new StableDiffusion(
                manager, tokenizer, other, unet, vae, schedule, styles, name, clipSkip);
    }

    /**
     * A model with LoRA files folded into its text encoder and UNet; several add up. It takes
     * memory for the weights that change and shares the rest with this one, which stays as it is
     * and is closed last. Weights in bf16 are rounded to it again.
     *
     * @throws ModelFileException if a file is broken or does not fit this model
     */
    public StableDiffusion with(Lora... loras) {
        try (LoraFolding folding = LoraFolding.read(this, List.of(loras))) {
            StableDiffusion model = folding.model();
            return name == null ? model : model.named(withLoras(name, loras));
        }
    }

    /**
     * A model without styles that draws as this one does with {@code mix}; it shares all but a bias
     * with this one, which is closed last.
     *
     * @param mix weights that sum to 1
     * @throws IllegalArgumentException for an unknown style, or weights that do not sum to 1
     * @throws IllegalStateException if the model is in bf16
     */
    public StableDiffusion fold(StyleMix mix) {
        float[] row = mix.over(styles);
        unet.requireFp32("style " + mix + ": UNet to fold into");
        NDManager owner = Compute.newManager();
        StableDiffusion model = with(owner, unet.folded(row, owner), List.of());
        return name == null ? model : model.named(name + " (" + mix + ")");
    }

    private static String withLoras(String name, Lora... loras) {
        StringBuilder all = new StringBuilder(name);
        for (Lora lora : loras) {
            all.append(" + ").append(stem(lora.file())).append(" × ").append(lora.weight());
        }
        return all.toString();
    }

    private static String stem(Path path) {
        String file = path.toAbsolutePath().normalize().getFileName().toString();
        return file.replaceFirst("\\.safetensors$", "");
    }

    public NDManager manager() {
        return manager;
    }

    public ClipTokenizer tokenizer() {
        return tokenizer;
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

    /** Width and height in pixels of the pictures that the model was trained on, 512 for SD 1.5. */
    public int imageSize() {
        return unet.config().sampleSize() * vae.config().downsampling();
    }

    public NoiseSchedule schedule() {
        return schedule;
    }

    /** Names of the styles in the order of the codebook; empty for a plain model. */
    public List<String> styles() {
        return styles;
    }

    /**
     * Refuses a model in bf16.
     *
     * @param where begins the sentence: what is done to the model
     * @throws IllegalStateException if UNet or autoencoder are in bf16
     */
    public void requireFp32(String where) {
        unet.requireFp32(where);
        vae.requireFp32(where);
    }

    /** Frees what this model owns; one that shares its parts no longer works after. */
    @Override
    public void close() {
        manager.close();
    }
}
