package io.dmm.model.vae;

import io.dmm.weights.NameTable;
import java.util.List;
import java.util.Map;

/** The names that other layouts give the tensors of an {@link AutoencoderKl}. */
public final class VaeNames {
    private static final String ATTENTION = "mid_block.attentions.0.";

    /** What diffusers before 0.18 called the layers of its attention. */
    private static final Map<String, String> OLD_NAMES =
            Map.of("to_q", "query", "to_k", "key", "to_v", "value", "to_out.0", "proj_attn");

    private VaeNames() {}

    /**
     * The names of latent diffusion's {@code AutoencoderKL}, in a checkpoint behind {@code
     * first_stage_model.}; it counts the decoder's levels from the pixels, and its attention is of
     * 1×1 convolutions.
     */
    public static NameTable ldm(VaeConfig config) {
        NameTable.Builder names = NameTable.builder();
        addCoder(names.at("encoder", "encoder"), config, false);
        addCoder(names.at("decoder", "decoder"), config, true);
        names.layer("quant_conv", "quant_conv").layer("post_quant_conv", "post_quant_conv");
        return names.build();
    }

    /** The names of diffusers before 0.18. */
    public static NameTable oldDiffusers(VaeConfig config) {
        NameTable.Builder names = NameTable.builder();
        for (String name : ldm(config).modules().keySet()) {
            int start = name.indexOf(ATTENTION) + ATTENTION.length();
            String old = name.contains(ATTENTION) ? OLD_NAMES.get(name.substring(start)) : null;
            if (old == null) {
                names.layer(name, name);
            } else {
                names.linear(name, name.substring(0, start) + old);
            }
        }
        return names.build();
    }

    private static void addCoder(NameTable.Builder names, VaeConfig config, boolean decodes) {
        List<Integer> channels = config.blockOutChannels();
        int last = channels.size() - 1;
        int before = channels.get(decodes ? last : 0);
        names.layer("conv_in", "conv_in");
        for (int i = 0; i <= last; i++) {
            int level = decodes ? last - i : i;
            NameTable.Builder block =
                    decodes
                            ? names.at("up_blocks." + i, "up." + level)
                            : names.at("down_blocks." + i, "down." + level);
            int resnets = config.layersPerBlock() + (decodes ? 1 : 0);
            for (int j = 0; j < resnets; j++) {
                boolean shortcut = j == 0 && before != channels.get(level);
                addResnet(block.at("resnets." + j, "block." + j), shortcut);
            }
            if (i < last) {
                block.layer(
                        decodes ? "upsamplers.0.conv" : "downsamplers.0.conv",
                        decodes ? "upsample.conv" : "downsample.conv");
            }
            before = channels.get(level);
        }
        NameTable.Builder mid = names.at("mid_block", "mid");
        addResnet(mid.at("resnets.0", "block_1"), false);
        NameTable.Builder attention = mid.at("attentions.0", "attn_1").layer("group_norm", "norm");
        attention.linear("to_q", "q").linear("to_k", "k").linear("to_v", "v");
        attention.linear("to_out.0", "proj_out");
        addResnet(mid.at("resnets.1", "block_2"), false);
        names.layer("conv_norm_out", "norm_out").layer("conv_out", "conv_out");
    }

    private static void addResnet(NameTable.Builder names, boolean shortcut) {
        names.layer("norm1", "norm1").layer("conv1", "conv1");
        names.layer("norm2", "norm2").layer("conv2", "conv2");
        if (shortcut) {
            names.layer("conv_shortcut", "nin_shortcut");
        }
    }
}
