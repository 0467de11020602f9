package io.dmm.model.vae;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.weights.ConfigNode;
import java.util.Collections;
import java.util.List;

/**
 * Sizes of an {@link AutoencoderKl}, the fields of diffusers' {@code vae/config.json}.
 *
 * @param blockOutChannels channels per level, from the pixels inwards
 * @param layersPerBlock ResNet blocks per level of the encoder; the decoder has one more
 * @param scalingFactor brings latents to unit deviation, 0.18215 for SD 1.5
 */
public record VaeConfig(
        List<Integer> blockOutChannels,
        int layersPerBlock,
        int latentChannels,
        int normNumGroups,
        double scalingFactor,
        int sampleSize) {

    private static final ObjectMapper JSON = new ObjectMapper();

    public VaeConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        for (int channels : blockOutChannels) {
            if (channels % normNumGroups != 0) {
                throw new IllegalArgumentException(
                        "VAE: block_out_channels, expected multiples of norm_num_groups "
                                + normNumGroups
                                + " but was "
                                + blockOutChannels);
            }
        }
    }

    public static VaeConfig sd15() {
        return new VaeConfig(List.of(128, 256, 512, 512), 2, 4, 32, 0.18215, 512);
    }

    public static VaeConfig read(ConfigNode config) {
        config.require("act_fn", "silu");
        config.require("in_channels", 3);
        config.require("out_channels", 3);
        config.require("use_quant_conv", true);
        config.require("use_post_quant_conv", true);
        config.require("mid_block_add_attention", true);
        return config.build(
                () ->
                        new VaeConfig(
                                config.positives("block_out_channels"),
                                config.count("layers_per_block", 1),
                                config.positive("latent_channels", 4),
                                config.positive("norm_num_groups", 32),
                                config.number("scaling_factor", 0.18215),
                                config.positive("sample_size", 512)));
    }

    public ObjectNode toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("_class_name", "AutoencoderKL");
        json.put("act_fn", "silu");
        json.set("block_out_channels", JSON.valueToTree(blockOutChannels));
        json.set("down_block_types", repeated("DownEncoderBlock2D"));
        json.put("in_channels", 3);
        json.put("latent_channels", latentChannels);
        json.put("layers_per_block", layersPerBlock);
        json.put("norm_num_groups", normNumGroups);
        json.put("out_channels", 3);
        json.put("sample_size", sampleSize);
        json.put("scaling_factor", scalingFactor);
        json.set("up_block_types", repeated("UpDecoderBlock2D"));
        return json;
    }

    /** Pixels per latent, along one side. */
    public int downsampling() {
        return 1 << (blockOutChannels.size() - 1);
    }

    public VaeConfig withScalingFactor(double factor) {
        return new VaeConfig(
                blockOutChannels,
                layersPerBlock,
                latentChannels,
                normNumGroups,
                factor,
                sampleSize);
    }

    private JsonNode repeated(String type) {
        return JSON.valueToTree(Collections.nCopies(blockOutChannels.size(), type));
    }
}
