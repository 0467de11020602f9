package io.dmm.model.vae;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.Conv2d;
import io.dmm.model.layer.GroupNorm;
import io.dmm.model.layer.ResnetBlock;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;
import java.util.ArrayList;
import java.util.List;

/** Pictures (B, 3, H, W) → moments (B, 2·latents, H/f, W/f). */
final class Encoder {
    private final Conv2d convIn;
    private final List<Level> levels = new ArrayList<>();
    private final MidBlock midBlock;
    private final GroupNorm convNormOut;
    private final Conv2d convOut;

    private record Level(List<ResnetBlock> resnets, Conv2d downsampler) {}

    Encoder(Weights weights, VaeConfig config) {
        List<Integer> channels = config.blockOutChannels();
        int groups = config.normNumGroups();
        int last = channels.size() - 1;
        convIn = new Conv2d(weights.at("conv_in"), 3, channels.get(0), 3);
        int in = channels.get(0);
        for (int i = 0; i <= last; i++) {
            levels.add(level(weights.at("down_blocks." + i), in, config, i));
            in = channels.get(i);
        }
        midBlock = new MidBlock(weights.at("mid_block"), in, groups);
        convNormOut = VaeBlocks.norm(weights.at("conv_norm_out"), in, groups);
        convOut = new Conv2d(weights.at("conv_out"), in, 2 * config.latentChannels(), 3);
    }

    private static Level level(Weights weights, int in, VaeConfig config, int index) {
        int out = config.blockOutChannels().get(index);
        List<ResnetBlock> resnets = new ArrayList<>();
        for (int j = 0; j < config.layersPerBlock(); j++) {
            resnets.add(
                    VaeBlocks.resnet(
                            weights.at("resnets." + j),
                            j == 0 ? in : out,
                            out,
                            config.normNumGroups()));
        }
        boolean deepest = index == config.blockOutChannels().size() - 1;
        return new Level(
                resnets,
                deepest ? null : new Conv2d(weights.at("downsamplers.0.conv"), out, out, 3));
    }

    NDArray forward(NDArray pixels) {
        try (Scope scope = Scope.over(pixels)) {
            NDArray h = convIn.forward(pixels);
            for (Level level : levels) {
                for (ResnetBlock resnet : level.resnets) {
                    h = VaeBlocks.replace(h, resnet.forward(h));
                }
                if (level.downsampler != null) {
                    h = VaeBlocks.replace(h, level.downsampler.downsamplePaddedRight(h));
                }
            }
            h = midBlock.forward(h);
            return scope.keep(convOut.forward(convNormOut.silu(h)));
        }
    }
}
