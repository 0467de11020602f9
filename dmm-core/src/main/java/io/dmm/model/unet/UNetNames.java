package io.dmm.model.unet;

import io.dmm.weights.NameTable;
import java.util.List;

/** The names that other layouts give the tensors of a {@link UNet}. */
public final class UNetNames {
    private UNetNames() {}

    /**
     * The names of latent diffusion's {@code UNetModel}, in a checkpoint behind {@code
     * model.diffusion_model.}; it numbers all blocks in a row, downsamplers included. It has no
     * names for style prompts.
     */
    public static NameTable ldm(UNetConfig config) {
        NameTable.Builder names = NameTable.builder();
        names.at("time_embedding", "time_embed").layer("linear_1", "0").layer("linear_2", "2");
        names.layer("conv_in", "input_blocks.0.0");
        addDownBlocks(names, config);
        NameTable.Builder mid = names.at("mid_block", "middle_block");
        addResnet(mid.at("resnets.0", "0"), false);
        addAttention(mid.at("attentions.0", "1"));
        addResnet(mid.at("resnets.1", "2"), false);
        addUpBlocks(names, config);
        return names.layer("conv_norm_out", "out.0").layer("conv_out", "out.2").build();
    }

    private static void addDownBlocks(NameTable.Builder names, UNetConfig config) {
        List<Integer> channels = config.blockOutChannels();
        int index = 1; // after conv_in
        for (int level = 0; level < channels.size(); level++) {
            boolean widens = level > 0 && !channels.get(level).equals(channels.get(level - 1));
            for (int j = 0; j < config.layersPerBlock(); j++) {
                NameTable.Builder block = names.at("down_blocks." + level, "input_blocks." + index);
                addResnet(block.at("resnets." + j, "0"), j == 0 && widens);
                if (config.crossAttention().get(level)) {
                    addAttention(block.at("attentions." + j, "1"));
                }
                index++;
            }
            if (level < channels.size() - 1) {
                names.layer(
                        "down_blocks." + level + ".downsamplers.0.conv",
                        "input_blocks." + index + ".0.op");
                index++;
            }
        }
    }

    private static void addUpBlocks(NameTable.Builder names, UNetConfig config) {
        int levels = config.blockOutChannels().size();
        int index = 0;
        for (int i = 0; i < levels; i++) {
            boolean attends = config.crossAttention().get(levels - 1 - i);
            for (int j = 0; j <= config.layersPerBlock(); j++) {
                NameTable.Builder block = names.at("up_blocks." + i, "output_blocks." + index);
                addResnet(block.at("resnets." + j, "0"), true);
                if (attends) {
                    addAttention(block.at("attentions." + j, "1"));
                }
                boolean doubles = j == config.layersPerBlock() && i < levels - 1;
                if (doubles) {
                    block.layer("upsamplers.0.conv", (attends ? 2 : 1) + ".conv");
                }
                index++;
            }
        }
    }

    private static void addResnet(NameTable.Builder names, boolean shortcut) {
        names.layer("norm1", "in_layers.0").layer("conv1", "in_layers.2");
        names.layer("time_emb_proj", "emb_layers.1");
        names.layer("norm2", "out_layers.0").layer("conv2", "out_layers.3");
        if (shortcut) {
            names.layer("conv_shortcut", "skip_connection");
        }
    }

    private static void addAttention(NameTable.Builder names) {
        names.layer("norm", "norm").pointwise("proj_in", "proj_in");
        NameTable.Builder block = names.at("transformer_blocks.0", "transformer_blocks.0");
        for (String attention : List.of("attn1", "attn2")) {
            NameTable.Builder own = block.at(attention, attention);
            own.weight("to_q", "to_q").weight("to_k", "to_k").weight("to_v", "to_v");
            own.layer("to_out.0", "to_out.0");
        }
        for (String layer : List.of("ff.net.0.proj", "ff.net.2", "norm1", "norm2", "norm3")) {
            block.layer(layer, layer);
        }
        names.pointwise("proj_out", "proj_out");
    }
}
