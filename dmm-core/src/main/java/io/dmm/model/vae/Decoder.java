package io.dmm.model.vae;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.Conv2d;
import io.dmm.model.layer.GroupNorm;
import io.dmm.model.layer.ResnetBlock;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;
import java.util.ArrayList;
import java.util.List;

/** Latents (B, latents, H/f, W/f) → pictures (B, 3, H, W). */
final class Decoder {
    private final Conv2d convIn;
    private final MidBlock midBlock;
    private final List<Level> levels = new ArrayList<>();
    private final GroupNorm convNormOut;
    private final Conv2d convOut;

    private record Level(List<ResnetBlock> resnets, Conv2d upsampler) {}

    Decoder(Weights weights, VaeConfig config) {
        List<Integer> channels = config.blockOutChannels();
        int groups = config.normNumGroups();
        int last = channels.size() - 1;
        int in = channels.get(last);
        convIn = new Conv2d(weights.at("conv_in"), config.latentChannels(), in, 3);
        midBlock = new MidBlock(weights.at("mid_block"), in, groups);
        for (int i = 0; i <= last; i++) {
            levels.add(level(weights.at("up_blocks." + i), in, config, i));
            in = channels.get(last - i);
        }
        convNormOut = VaeBlocks.norm(weights.at("conv_norm_out"), in, groups);
        convOut = new Conv2d(weights.at("conv_out"), in, 3, 3);
    }

    private static Level level(Weights weights, int in, VaeConfig config, int index) {
        int last = config.blockOutChannels().size() - 1;
        int out = config.blockOutChannels().get(last - index);
        List<ResnetBlock> resnets = new ArrayList<>();
        for (int j = 0; j <= config.layersPerBlock(); j++) {
            resnets.add(
                    VaeBlocks.resnet(
                            weights.at("resnets." + j),
                            j == 0 ? in : out,
                            out,
                            config.normNumGroups()));
        }
        return new Level(
                resnets,
                index == last ? null : new Conv2d(weights.at("upsamplers.0.conv"), out, out, 3));
    }

    NDArray forward(NDArray latents) {
        try (Scope scope = Scope.over(latents)) {
            NDArray h = midBlock.forward(convIn.forward(latents));
            for (Level level : levels) {
                for (ResnetBlock resnet : level.resnets) {
                    h = VaeBlocks.replace(h, resnet.forward(h));
                }
                if (level.upsampler != null) {
                    h = VaeBlocks.replace(h, level.upsampler.forward(doubled(h)));
                }
            }
            return scope.keep(convOut.forward(convNormOut.silu(h)));
        }
    }

    private static NDArray doubled(NDArray h) {
        return Ops.upsampleNearest(h, 2 * h.getShape().get(2), 2 * h.getShape().get(3));
    }
}
