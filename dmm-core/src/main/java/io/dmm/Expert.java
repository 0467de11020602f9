package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.data.TextStates;
import io.dmm.distill.Teacher;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.ModelFiles;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * A fine-tuned model to merge, under the name that its style will have.
 *
 * @param path a diffusers folder or a single file with at least a UNet; a missing text encoder is
 *     the base's, autoencoder and noise schedule always are
 */
public record Expert(String name, Path path) {

    public Expert {
        if (name.isBlank()
                || !name.equals(name.strip())
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "expert: expected a name without surrounding white space or line ends but was '"
                            + name
                            + "'");
        }
    }

    /** An expert that is a full checkpoint. */
    public static Expert checkpoint(String name, Path path) {
        return new Expert(name, path);
    }

    /**
     * Opens this expert to sample from it; what it lacks it shares with {@code base}. The caller
     * closes it before the base.
     *
     * @throws ModelFileException if it cannot be read or its architecture is not the base's
     */
    public StableDiffusion pipeline(StableDiffusion base) {
        ModelFiles files = base.files(path);
        NDManager manager = Compute.newManager();
        try {
            UNet unet = loadUNet(manager, base, Precision.FP32);
            StableDiffusion model = base.with(manager, unet, List.of());
            return files.has("text_encoder")
                    ? model.with(StableDiffusion.loadTextEncoder(files, manager))
                    : model;
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Reads the UNet, onto {@code manager}. */
    UNet loadUNet(NDManager manager, StableDiffusion base, Precision precision) {
        UNet unet = StableDiffusion.loadUNet(base.files(path), manager, precision);
        requireArchitecture(unet.config(), base);
        return unet;
    }

    private void requireArchitecture(UNetConfig config, StableDiffusion base) {
        if (!config.equals(base.unet().config())) {
            throw new ModelFileException(
                    path
                            + ": expert '"
                            + name
                            + "', expected the base's architecture "
                            + base.unet().config()
                            + " but was "
                            + config);
        }
    }

    /** Checks without loading that this expert can be read and has the base's architecture. */
    void check(StableDiffusion base) {
        requireArchitecture(StableDiffusion.checkUNet(base.files(path)), base);
    }

    /**
     * Loads this expert to teach, onto {@code manager}.
     *
     * @param captions all that it will be asked about
     * @param baseStates their text states by the base, for an expert without a text encoder
     * @throws ModelFileException if it cannot be read or its architecture is not the base's
     */
    Teacher load(
            NDManager manager,
            StableDiffusion base,
            Precision precision,
            Collection<String> captions,
            TextStates baseStates) {
        ModelFiles files = base.files(path);
        UNet unet = loadUNet(manager, base, precision);
        if (!files.has("text_encoder")) {
            return new Teacher(name, unet, baseStates);
        }
        try (NDManager own = manager.newSubManager()) {
            StableDiffusion speaker = base.with(StableDiffusion.loadTextEncoder(files, own));
            return new Teacher(name, unet, textStates(manager, speaker, captions));
        }
    }

    static TextStates textStates(
            NDManager manager, StableDiffusion model, Collection<String> captions) {
        return new TextStates(
                manager, (memory, prompts) -> model.encode(memory, prompts, 1), captions);
    }
}
