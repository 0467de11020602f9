package io.dmm.model.unet;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.weights.ConfigNode;
import io.dmm.weights.ModelFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sizes of a {@link UNet}, the fields of diffusers' {@code unet/config.json}.
 *
 * @param blockOutChannels channels per level, from the largest resolution inwards
 * @param crossAttention per level of the way down, whether its ResNets alternate with attention to
 *     the text; the way up mirrors it
 * @param layersPerBlock ResNet blocks per level on the way down; one more on the way up
 * @param attentionHeads heads of every attention; diffusers calls it {@code attention_head_dim}
 * @param styles rows of the style codebook, 0 for a model without style prompts
 */
public record UNetConfig(
        int inChannels,
        int outChannels,
        List<Integer> blockOutChannels,
        List<Boolean> crossAttention,
        int layersPerBlock,
        int attentionHeads,
        int crossAttentionDim,
        int normNumGroups,
        double normEps,
        int sampleSize,
        int styles) {

    private static final Logger LOGGER = LoggerFactory.getLogger(UNetConfig.class);
    private static final Pattern BEFORE_0_9 = Pattern.compile("0\\.[0-8](\\..*)?");
    private static final int SD15_SAMPLE_SIZE = 64;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MODEL_MERGE = "model_merge";

    public UNetConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        crossAttention = List.copyOf(crossAttention);
        if (crossAttention.size() != blockOutChannels.size()) {
            throw new IllegalArgumentException(
                    "UNet: expected as many block types as block_out_channels "
                            + blockOutChannels
                            + " but was "
                            + crossAttention.size());
        }
        for (int channels : blockOutChannels) {
            if (channels % normNumGroups != 0 || channels % attentionHeads != 0) {
                throw new IllegalArgumentException(
                        "UNet: block_out_channels, expected multiples of norm_num_groups "
                                + normNumGroups
                                + " and of attention_head_dim "
                                + attentionHeads
                                + " but was "
                                + blockOutChannels);
            }
        }
    }

    public static UNetConfig sd15() {
        return new UNetConfig(
                4,
                4,
                List.of(320, 640, 1280, 1280),
                List.of(true, true, true, false),
                2,
                8,
                768,
                32,
                1e-5,
                SD15_SAMPLE_SIZE,
                0);
    }

    /** The same network with a codebook of {@code count} styles; 0 removes it. */
    public UNetConfig withStyles(int count) {
        return with(sampleSize, count);
    }

    /** Whether weights of the one fit the other, which pictures of another size do not change. */
    public boolean hasWeightsOf(UNetConfig other) {
        return with(other.sampleSize, styles).equals(other);
    }

    private UNetConfig with(int size, int count) {
        return new UNetConfig(
                inChannels,
                outChannels,
                blockOutChannels,
                crossAttention,
                layersPerBlock,
                attentionHeads,
                crossAttentionDim,
                normNumGroups,
                normEps,
                size,
                count);
    }

    /** Width of the embedding of timestep and style. */
    public int embeddingWidth() {
        return 4 * blockOutChannels.get(0);
    }

    /**
     * Reads a diffusers config. As in its StableDiffusionPipeline, a {@code sample_size} below 64
     * is taken as 64, with a warning, where diffusers before 0.9 wrote the file.
     *
     * @throws ModelFileException for a setting outside the SD 1.5 family
     */
    public static UNetConfig read(ConfigNode config) {
        config.require("act_fn", "silu");
        config.require("center_input_sample", false);
        config.require("flip_sin_to_cos", true);
        config.require("freq_shift", 0);
        config.require("downsample_padding", 1);
        config.require("dual_cross_attention", false);
        config.require("use_linear_projection", false);
        config.require("only_cross_attention", false);
        config.require("class_embed_type", "none");
        config.require("time_embedding_type", "positional");
        config.require("resnet_time_scale_shift", "default");
        config.require("transformer_layers_per_block", 1);
        config.require("num_attention_heads", "null");
        config.require("time_cond_proj_dim", "null"); // the guidance embedding of LCM's own UNets
        config.require("mid_block_type", "UNetMidBlock2DCrossAttn");
        String addition = config.text("addition_embed_type", "none");
        if (!addition.equals("none") && !addition.equals(MODEL_MERGE)) {
            config.require("addition_embed_type", MODEL_MERGE);
        }
        return config.build(
                () ->
                        new UNetConfig(
                                config.positive("in_channels", 4),
                                config.positive("out_channels", 4),
                                config.positives("block_out_channels"),
                                crossAttention(config),
                                config.count("layers_per_block", 2),
                                config.positive("attention_head_dim", 8),
                                config.positive("cross_attention_dim", 768),
                                config.positive("norm_num_groups", 32),
                                config.number("norm_eps", 1e-5),
                                sampleSize(config),
                                addition.equals(MODEL_MERGE)
                                        ? config.positive("num_models", 1)
                                        : 0));
    }

    private static int sampleSize(ConfigNode config) {
        int size = config.positive("sample_size", SD15_SAMPLE_SIZE);
        String version = config.text("_diffusers_version", "");
        if (size >= SD15_SAMPLE_SIZE || !BEFORE_0_9.matcher(version).matches()) {
            return size;
        }
        LOGGER.warn(
                "{}: sample_size is taken as {} instead of {}, as diffusers' pipeline does with files of version {}",
                config.where(),
                SD15_SAMPLE_SIZE,
                size,
                version);
        return SD15_SAMPLE_SIZE;
    }

    private static List<Boolean> crossAttention(ConfigNode config) {
        List<Boolean> down = new ArrayList<>();
        for (String type : config.texts("down_block_types")) {
            down.add(isCrossAttention(config, type, "CrossAttnDownBlock2D", "DownBlock2D"));
        }
        List<Boolean> up = new ArrayList<>();
        for (String type : config.texts("up_block_types")) {
            up.add(0, isCrossAttention(config, type, "CrossAttnUpBlock2D", "UpBlock2D"));
        }
        if (!up.equals(down)) {
            throw new ModelFileException(
                    config.where()
                            + ": expected up_block_types to mirror down_block_types but was "
                            + config.texts("up_block_types"));
        }
        return down;
    }

    private static boolean isCrossAttention(
            ConfigNode config, String type, String attending, String plain) {
        if (!type.equals(attending) && !type.equals(plain)) {
            throw new ModelFileException(
                    config.where()
                            + ": block type, expected "
                            + attending
                            + " or "
                            + plain
                            + " but was "
                            + type);
        }
        return type.equals(attending);
    }

    /**
     * Name of the class that reads a network with styles, the authors', or one without, diffusers'.
     */
    public String className() {
        return styles > 0 ? "DMMUNet2DConditionModel" : "UNet2DConditionModel";
    }

    /** The content of diffusers' {@code unet/config.json}. */
    public ObjectNode toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("_class_name", className());
        json.put("act_fn", "silu");
        if (styles > 0) {
            json.put("addition_embed_type", MODEL_MERGE);
        }
        json.put("attention_head_dim", attentionHeads);
        json.set("block_out_channels", JSON.valueToTree(blockOutChannels));
        json.put("center_input_sample", false);
        json.put("cross_attention_dim", crossAttentionDim);
        List<String> down = new ArrayList<>();
        List<String> up = new ArrayList<>();
        for (boolean attends : crossAttention) {
            down.add(attends ? "CrossAttnDownBlock2D" : "DownBlock2D");
            up.add(0, attends ? "CrossAttnUpBlock2D" : "UpBlock2D");
        }
        json.set("down_block_types", JSON.valueToTree(down));
        json.put("downsample_padding", 1);
        json.put("flip_sin_to_cos", true);
        json.put("freq_shift", 0);
        json.put("in_channels", inChannels);
        json.put("layers_per_block", layersPerBlock);
        json.put("norm_eps", normEps);
        json.put("norm_num_groups", normNumGroups);
        if (styles > 0) {
            json.put("num_models", styles);
        }
        json.put("out_channels", outChannels);
        json.put("sample_size", sampleSize);
        json.set("up_block_types", JSON.valueToTree(up));
        return json;
    }
}
