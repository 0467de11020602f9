package io.dmm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.dmm.data.Cache;
import io.dmm.data.Fingerprint;
import io.dmm.data.TextStates;
import io.dmm.distill.Lesson;
import io.dmm.distill.Teacher;
import io.dmm.distill.TrainingListener;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Precision;
import io.dmm.weights.Lora;
import io.dmm.weights.ModelDescription;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.ModelKind;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A fine-tuned model to merge, under the name that its style will have; autoencoder and noise
 * schedule are the base's.
 *
 * @param weight its part of every batch relative to the other experts, above 0; 1 by default
 * @param clipSkip the layer of its text encoder that it was trained with, counted from the last; 1
 *     by default, 2 for many a model of drawings. The student reads the last, as the base does
 */
public record Expert(String name, ExpertSource source, double weight, int clipSkip) {

    public Expert {
        Lesson.requireWeight(name, weight);
        if (clipSkip < 1) {
            throw new IllegalArgumentException(
                    "expert '" + name + "': clip skip, expected at least 1 but was " + clipSkip);
        }
        if (name.isBlank()
                || !name.equals(name.strip())
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "expert: expected a name without surrounding white space or line ends but was '"
                            + name
                            + "'");
        }
    }

    /**
     * An expert of a model file or folder, told from its header: a LoRA, at weight 1, or a
     * checkpoint.
     *
     * @throws ModelFileException if it is no safetensors file and no diffusers folder
     */
    public static Expert of(String name, Path path) {
        return ModelDescription.of(path).kind() == ModelKind.LORA
                ? lora(name, path, 1)
                : checkpoint(name, path);
    }

    /**
     * An expert that is a full checkpoint.
     *
     * @param path a diffusers folder or a single file with at least a UNet; a missing text encoder
     *     is the base's
     */
    public static Expert checkpoint(String name, Path path) {
        return new Expert(name, new ModelSource(path), 1, 1);
    }

    /**
     * An expert that is the base with a LoRA, folded in memory; see {@link Lora}.
     *
     * @param weight the LoRA's strength, 1 as it was trained; the expert's part of a batch is
     *     {@link #withWeight}
     */
    public static Expert lora(String name, Path file, double weight) {
        return lora(name, Lora.of(file, weight));
    }

    /** As {@link #lora(String, Path, double)}, several adding up. */
    public static Expert lora(String name, Lora... loras) {
        return new Expert(name, new FoldedLoras(List.of(loras)), 1, 1);
    }

    /** The same expert with another part of every batch, and so of the loss. */
    public Expert withWeight(double other) {
        return new Expert(name, source, other, clipSkip);
    }

    /** The same expert, trained with another layer of its text encoder. */
    public Expert withClipSkip(int layer) {
        return new Expert(name, source, weight, layer);
    }

    /** The folder or file that it is read from; of several LoRAs the first. */
    public Path path() {
        return source.path();
    }

    /** What it is made of, in words: the path, or those of all LoRAs with their weights. */
    public String origin() {
        return source.toString();
    }

    /**
     * Opens this expert to sample from it, with its clip skip; what it lacks it shares with {@code
     * base}. The caller closes it before the base.
     *
     * @throws ModelFileException if it cannot be read or its architecture is not the base's
     */
    public StableDiffusion pipeline(StableDiffusion base) {
        NDManager manager = Compute.newManager();
        try {
            UNet unet = loadUNet(manager, base, Precision.FP32);
            return base.with(manager, unet, List.of())
                    .with(source.textEncoder(manager, base))
                    .withClipSkip(clipSkip)
                    .named(name);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Reads the UNet, onto {@code manager}. */
    UNet loadUNet(NDManager manager, StableDiffusion base, Precision precision) {
        UNet unet = source.unet(manager, base, precision);
        requireArchitecture(unet.config(), base);
        return unet;
    }

    private void requireArchitecture(UNetConfig config, StableDiffusion base) {
        if (!config.hasWeightsOf(base.unet().config())) {
            throw new ModelFileException(
                    path()
                            + ": expert '"
                            + name
                            + "', expected the base's architecture "
                            + base.unet().config()
                            + " but was "
                            + config);
        }
    }

    /** Checks without holding it that this expert can be read and has the base's architecture. */
    void check(StableDiffusion base) {
        ExpertSource.Architecture found = source.check(base);
        requireArchitecture(found.unet(), base);
        int layers = found.textEncoder().numHiddenLayers();
        if (clipSkip > layers) {
            throw new ModelFileException(
                    "%s: expert '%s', clip skip, expected at most the %d layers of its text encoder but was %d"
                            .formatted(path(), name, layers, clipSkip));
        }
    }

    /**
     * Loads this expert to teach, onto {@code manager}.
     *
     * @param captions all that it will be asked about
     * @param baseStates their text states by the base, for an expert without a text encoder of its
     *     own
     * @param cache may have those of its own text encoder
     * @param listener hears of captions that are encoded
     * @throws ModelFileException if it cannot be read or its architecture is not the base's
     */
    Teacher load(
            NDManager manager,
            StableDiffusion base,
            Precision precision,
            Collection<String> captions,
            TextStates baseStates,
            Cache cache,
            TrainingListener listener) {
        UNet unet = loadUNet(manager, base, precision);
        try (NDManager own = manager.newSubManager()) {
            ClipTextModel encoder = source.textEncoder(own, base);
            return new Teacher(
                    name,
                    unet,
                    clipSkip == 1 && areAlike(encoder, base.textEncoder())
                            ? baseStates
                            : Encoding.captions(
                                    manager,
                                    base.with(encoder),
                                    captions,
                                    clipSkip,
                                    cache,
                                    listener,
                                    "encoding captions as " + name));
        }
    }

    /** Many a checkpoint carries the base's text encoder as it is. */
    private static boolean areAlike(ClipTextModel encoder, ClipTextModel ofBase) {
        return encoder == ofBase
                || encoder.config().equals(ofBase.config())
                        && inHalf(encoder).equals(inHalf(ofBase));
    }

    /** A checkpoint in fp16 differs from one in fp32 by rounding alone. */
    private static String inHalf(ClipTextModel encoder) {
        try (NDManager memory = Compute.newManager()) {
            Map<String, NDArray> half = new TreeMap<>();
            encoder.parameters()
                    .forEach(
                            (key, weight) -> {
                                NDArray plain = Ops.plainCopy(weight);
                                plain.attach(memory);
                                NDArray rounded = plain.toType(DataType.FLOAT16, true);
                                half.put(key, rounded);
                            });
            return Fingerprint.of(half);
        }
    }
}
