package io.dmm;

import io.dmm.pipeline.GenerationSettings;
import io.dmm.pipeline.Interpolation;
import io.dmm.pipeline.LabelledMatrix;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.pipeline.StyleExplorer;
import io.dmm.pipeline.StyleMix;
import io.dmm.pipeline.TextToImage;
import io.dmm.tensor.Precision;
import io.dmm.weights.DType;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.ModelFolder;
import io.dmm.weights.TensorFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Many experts in one model: a style is chosen, mixed or left off with every picture.
 *
 * <p>A model that was just distilled shares text encoder and autoencoder with its base: close the
 * base last.
 */
public final class MergedModel implements AutoCloseable {
    private final StableDiffusion model;
    private final Map<String, String> metadata;

    MergedModel(StableDiffusion model, Map<String, String> metadata) {
        this.model = model;
        this.metadata = metadata;
    }

    /**
     * Reads a diffusers folder whose UNet has style prompts.
     *
     * @throws ModelFileException if it cannot be read or has no styles
     */
    public static MergedModel load(Path folder) {
        return load(folder, Precision.FP32);
    }

    /**
     * As {@link #load(Path)}, UNet and autoencoder computing in {@code precision}; a model in bf16
     * can be sampled, but neither be saved nor trained further.
     */
    public static MergedModel load(Path folder, Precision precision) {
        StableDiffusion model = StableDiffusion.load(folder, precision);
        if (model.styles().isEmpty()) {
            model.close();
            throw new ModelFileException(
                    folder
                            + ": unet/config.json, expected addition_embed_type model_merge but was"
                            + " a plain model; load it with StableDiffusion.load");
        }
        return new MergedModel(model, settings(folder));
    }

    /** What the file says about the training. */
    private static Map<String, String> settings(Path folder) {
        try (TensorFile file = ModelFolder.open(folder).weights("unet")) {
            Map<String, String> settings = new TreeMap<>(file.metadata());
            settings.keySet().removeIf(key -> !key.startsWith("dmm."));
            return settings;
        }
    }

    /** See {@link RunHistory}. */
    Map<String, String> metadata() {
        return metadata;
    }

    /** The styles' names. */
    public List<String> styles() {
        return model.styles();
    }

    /** Begins a picture of prompts; without a style it is nearer to an average of all. */
    public TextToImage sample(String... prompts) {
        return model.sample(prompts);
    }

    /** Begins the picture that {@code settings} describe, style included. */
    public TextToImage sample(GenerationSettings settings) {
        return model.sample(settings);
    }

    /** Begins pictures on the way from one style to another. */
    public Interpolation interpolate(String from, String to) {
        return new Interpolation(model, from, to);
    }

    /**
     * Begins pictures around a mix of styles: for each style, the way from the mix to it.
     *
     * @param centre weights that sum to 1
     */
    public StyleExplorer explore(StyleMix centre) {
        return new StyleExplorer(model, centre);
    }

    /** As {@link #fold(StyleMix)}, of one style alone. */
    public StableDiffusion fold(String style) {
        return fold(StyleMix.only(style));
    }

    /**
     * This model with a mix of styles folded in: an ordinary one without styles, which any program
     * for Stable Diffusion reads once it is {@link StableDiffusion#save saved}. A LoRA file has no
     * place for the style, which is in a bias. It shares its parts with this model: close this one
     * last.
     *
     * @throws IllegalArgumentException for an unknown style, or weights that do not sum to 1
     * @throws IllegalStateException if the model is in bf16
     */
    public StableDiffusion fold(StyleMix mix) {
        return model.fold(mix);
    }

    /**
     * How alike the styles are to the network: the cosines between what each adds to the timestep
     * embedding; 1 for the same direction, 0 for nothing in common, -1 for opposite ones.
     */
    public LabelledMatrix styleSimilarity() {
        return StyleSimilarity.of(model);
    }

    /**
     * Begins to merge more experts into this model, which stays as it is (continual merging, DMM,
     * arXiv 2504.12364, section 3.5): each new one gets a style, and a frozen copy of this model
     * keeps the old styles in mind; see {@link Distillation#regularizer}.
     *
     * @param base the model that the experts were fine-tuned from
     */
    public Distillation extend(StableDiffusion base) {
        return new Distillation(base, this, true);
    }

    /**
     * Begins a further training of this model, which stays as it is, by experts that it knows; as
     * the paper's last stage on pictures that they drew (section 4.2). Styles whose experts are not
     * there are kept in mind as by {@link #extend}.
     *
     * @param base the model that the experts were fine-tuned from
     */
    public Distillation refine(StableDiffusion base) {
        return new Distillation(base, this, false);
    }

    /** The model with its styles as a text-to-image pipeline; closing either closes both. */
    public StableDiffusion pipeline() {
        return model;
    }

    /**
     * Writes a diffusers folder in fp32, all of it or nothing.
     *
     * @throws IllegalArgumentException if the folder exists and is not empty
     * @throws IllegalStateException if the model is in bf16
     * @throws UncheckedIOException if it cannot be written
     */
    public void save(Path folder) {
        save(folder, DType.F32);
    }

    /**
     * As {@link #save(Path)}, in fp32 or in half the size.
     *
     * @param floatType F32 or F16
     */
    public void save(Path folder, DType floatType) {
        model.save(folder, floatType, metadata);
    }

    @Override
    public void close() {
        model.close();
    }
}
