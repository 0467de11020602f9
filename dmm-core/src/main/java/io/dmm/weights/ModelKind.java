package io.dmm.weights;

import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What a file of tensors is, told from their names and shapes alone. */
public enum ModelKind {
    CHECKPOINT("a checkpoint of the SD 1.5 family", null),
    MERGED_MODEL("a merged model with style prompts", null),
    UNET("a UNet of the SD 1.5 family", null),
    VAE("an autoencoder", null),
    TEXT_ENCODER("a CLIP text encoder", null),
    INPAINTING(
            "an inpainting model",
            "its UNet takes 9 channels instead of 4; take the checkpoint it was made from"),
    INSTRUCT_PIX2PIX(
            "an instruct-pix2pix model",
            "its UNet takes 8 channels instead of 4; take the checkpoint it was made from"),
    SD2("an SD 2 model", "its text states are 1024 wide instead of 768"),
    SDXL("an SDXL model", "it has another architecture"),
    SD3("an SD 3 model", "it has another architecture"),
    FLUX("a Flux model", "it has another architecture"),
    LORA(
            "a LoRA",
            "it changes a checkpoint but is none; Expert.lora(…) and with(Lora.of(…)) take it"),
    CONTROLNET("a ControlNet", "it steers a checkpoint but is none"),
    EMBEDDING("a textual inversion embedding", "it adds words to a checkpoint but is none"),
    UNKNOWN("of no kind that is known", "its tensors have other names");

    private static final Pattern LORA_NAME =
            Pattern.compile(
                    "[._](lora[._](down|up|mid|A|B)\\b|lora_linear_layer|lora_magnitude|dora_scale"
                            + "|hada_w|lokr_w|oft_|on_input|diff(_b)?$|[wb]_norm$)");
    private static final Pattern CONTROL_NAME =
            Pattern.compile("^(control_model\\.|controlnet_|input_hint_block|zero_convs\\.)");
    private static final Pattern SD3_NAME =
            Pattern.compile("joint_blocks\\.0\\.|\\.attn\\.add_q_proj\\.");
    private static final Pattern FLUX_NAME =
            Pattern.compile("(double_blocks|single_transformer_blocks)\\.0\\.");
    private static final Pattern SDXL_NAME =
            Pattern.compile("^conditioner\\.embedders\\.|label_emb\\.0\\.0\\.weight$");
    private static final Pattern SD2_NAME = Pattern.compile("^cond_stage_model\\.model\\.");
    private static final Pattern EMBEDDING_NAME =
            Pattern.compile("^(emb_params$|string_to_param\\.|<)");

    private static final int SD2_WIDTH = 1024;
    private static final int SDXL_WIDTH = 2048;

    private final String noun;
    private final String why;

    ModelKind(String noun, String why) {
        this.noun = noun;
        this.why = why;
    }

    /** What the file is, with an article. */
    public String noun() {
        return noun;
    }

    /** Recognises a file; parts of a model folder count as files of their own. */
    public static ModelKind of(TensorFile file) {
        Set<String> names = file.tensors().keySet();
        ModelKind byName = foreign(names);
        if (byName != null) {
            return byName;
        }
        Map<LdmPart, String> parts = SingleFile.prefixesIn(file);
        String unet = parts.get(LdmPart.UNET);
        if (unet != null) {
            return ofUNet(file.tensors(), unet, parts.size() > 1 || !unet.isEmpty());
        }
        if (parts.isEmpty()) {
            return UNKNOWN;
        }
        if (parts.size() > 1) {
            return CHECKPOINT;
        }
        return parts.containsKey(LdmPart.VAE) ? VAE : TEXT_ENCODER;
    }

    private static ModelKind foreign(Set<String> names) {
        Map<ModelKind, Pattern> patterns =
                Map.of(
                        LORA, LORA_NAME,
                        CONTROLNET, CONTROL_NAME,
                        SD3, SD3_NAME,
                        FLUX, FLUX_NAME,
                        SDXL, SDXL_NAME,
                        SD2, SD2_NAME,
                        EMBEDDING, EMBEDDING_NAME);
        for (ModelKind kind : values()) {
            Pattern pattern = patterns.get(kind);
            if (pattern != null && names.stream().anyMatch(name -> pattern.matcher(name).find())) {
                return kind;
            }
        }
        return null;
    }

    private static ModelKind ofUNet(
            Map<String, TensorInfo> tensors, String prefix, boolean checkpoint) {
        if (tensors.containsKey(prefix + "model_embedding.weight")) {
            return MERGED_MODEL;
        }
        for (String name : tensors.keySet()) {
            if (name.startsWith(prefix) && name.endsWith("attn2.to_k.weight")) {
                long width = size(tensors, name);
                if (width == SD2_WIDTH || width == SDXL_WIDTH) {
                    return width == SD2_WIDTH ? SD2 : SDXL;
                }
                break;
            }
        }
        long channels =
                Math.max(
                        size(tensors, prefix + "input_blocks.0.0.weight"),
                        size(tensors, prefix + "conv_in.weight"));
        if (channels == 9 || channels == 8) {
            return channels == 9 ? INPAINTING : INSTRUCT_PIX2PIX;
        }
        return checkpoint ? CHECKPOINT : UNET;
    }

    /** How much a weight takes in, 0 where it is absent. */
    private static long size(Map<String, TensorInfo> tensors, String name) {
        TensorInfo info = tensors.get(name);
        Shape shape = info == null ? new Shape() : info.shape();
        return shape.dimension() < 2 ? 0 : shape.get(1);
    }

    /**
     * Checks that this library can read such a file as a model or a part of one.
     *
     * @throws ModelFileException saying what it is instead
     */
    void requireSupported(String where) {
        if (why != null) {
            throw refusal(where, "a checkpoint of the SD 1.5 family; " + why);
        }
    }

    /**
     * Checks that a part's tensors are those of a UNet that this library can read.
     *
     * @throws ModelFileException saying what they are instead
     */
    public void requireUNet(String where) {
        requireSupported(where);
        if (this == VAE || this == TEXT_ENCODER) {
            throw refusal(where, UNET.noun);
        }
    }

    private ModelFileException refusal(String where, String expected) {
        return new ModelFileException(where + ": is " + noun + ", expected " + expected);
    }
}
