package io.dmm.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.model.clip.ClipNames;
import io.dmm.model.unet.UNetNames;
import io.dmm.model.vae.VaeNames;
import io.dmm.sampler.PredictionType;
import io.dmm.weights.DType;
import io.dmm.weights.LdmPart;
import io.dmm.weights.ModelDraft;
import io.dmm.weights.ModelSpec;
import io.dmm.weights.NameTable;
import io.dmm.weights.SafeTensorsWriter;
import io.dmm.weights.WriteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes a model as a diffusers folder or as a single file. */
record ModelWriter(StableDiffusion model, DType floatType, Map<String, String> metadata) {

    void writeTo(ModelDraft draft) {
        draft.writeJson("model_index.json", modelIndex());
        draft.writeJson("scheduler/scheduler_config.json", model.schedule().config().toJson());
        model.tokenizer().files().forEach((name, bytes) -> draft.write("tokenizer/" + name, bytes));
        draft.write(
                "text_encoder",
                model.textEncoder().config().toJson(),
                model.textEncoder().parameters(),
                floatType,
                Map.of());
        draft.write(
                "vae",
                model.vae().config().toJson(),
                model.vae().parameters(),
                floatType,
                Map.of());
        draft.write(
                "unet",
                model.unet().config().toJson(),
                model.unet().parameters(),
                floatType,
                described(ModelSpec.DIFFUSERS));
    }

    /** A model with styles is one of the authors' pipeline, whose modules lie beside the script. */
    private ObjectNode modelIndex() {
        boolean merged = !model.styles().isEmpty();
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.put("_class_name", merged ? "StableDiffusionDMMPipeline" : "StableDiffusionPipeline");
        index.putArray("feature_extractor").addNull().addNull();
        index.putArray("image_encoder").addNull().addNull();
        index.put("requires_safety_checker", false);
        index.putArray("safety_checker").addNull().addNull();
        index.putArray("scheduler").add("diffusers").add("DDIMScheduler");
        index.putArray("text_encoder").add("transformers").add("CLIPTextModel");
        index.putArray("tokenizer").add("transformers").add("CLIPTokenizer");
        index.putArray("unet")
                .add(merged ? "modeling.dmm_unet" : "diffusers")
                .add(model.unet().config().className());
        index.putArray("vae").add("diffusers").add("AutoencoderKL");
        return index;
    }

    static void requireNew(Path file) {
        if (Files.exists(file)) {
            throw new IllegalArgumentException(
                    file + ": exists already, expected a new name; choose another or remove it");
        }
    }

    void writeSingleFile(Path file) {
        requireNew(file);
        if (!model.styles().isEmpty()) {
            throw new IllegalArgumentException(
                    file
                            + ": expected a model without styles but was one with "
                            + model.styles()
                            + "; single files have no names for style prompts, so save a folder");
        }
        try (NDManager memory = model.manager().newSubManager()) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            SafeTensorsWriter.write(
                    file, ldmTensors(memory), floatType, described(ModelSpec.LATENT_DIFFUSION));
        } catch (IOException e) {
            throw WriteFailure.of(file, e);
        }
    }

    private Map<String, NDArray> ldmTensors(NDManager memory) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        NameTable unet = UNetNames.ldm(model.unet().config());
        tensors.putAll(unet.inOtherNames(model.unet().parameters(), LdmPart.UNET.prefix(), memory));
        NameTable vae = VaeNames.ldm(model.vae().config());
        tensors.putAll(vae.inOtherNames(model.vae().parameters(), LdmPart.VAE.prefix(), memory));
        NameTable text = ClipNames.ldm(model.textEncoder().config());
        tensors.putAll(
                text.inOtherNames(
                        model.textEncoder().parameters(), LdmPart.TEXT_ENCODER.prefix(), memory));
        return tensors;
    }

    private Map<String, String> described(String implementation) {
        List<String> styles = model.styles();
        int size = model.unet().config().sampleSize() * model.vae().config().downsampling();
        Map<String, String> described =
                new TreeMap<>(
                        ModelSpec.of(
                                implementation,
                                styles.isEmpty() ? "Stable Diffusion" : "DMM merge",
                                size,
                                spelled(model.schedule().config().predictionType())));
        if (!styles.isEmpty()) {
            described.put(ModelSpec.MERGED_FROM, String.join(", ", styles));
            described.put(UNetFile.STYLES_KEY, String.join("\n", styles));
        }
        described.putAll(metadata);
        return described;
    }

    /** ModelSpec's word for what a UNet predicts. */
    static String spelled(PredictionType type) {
        return switch (type) {
            case EPSILON -> "epsilon";
            case V_PREDICTION -> "v";
        };
    }
}
