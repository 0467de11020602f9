package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.Conv2d;
import io.dmm.model.layer.ResnetBlock;
import io.dmm.model.layer.SpatialTransformer;
import io.dmm.weights.Weights;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One level on the way down: ResNets, each followed by attention to the text, then halving. */
final class DownBlock {
    private final List<ResnetBlock> resnets = new ArrayList<>();
    private final List<SpatialTransformer> attentions = new ArrayList<>();
    private final Conv2d downsampler;

    DownBlock(Weights weights, UNetConfig config, int level) {
        int out = config.blockOutChannels().get(level);
        int in = level == 0 ? out : config.blockOutChannels().get(level - 1);
        for (int j = 0; j < config.layersPerBlock(); j++) {
            resnets.add(UNet.resnet(weights.at("resnets." + j), j == 0 ? in : out, out, config));
            if (config.crossAttention().get(level)) {
                attentions.add(UNet.attention(weights.at("attentions." + j), out, config));
            }
        }
        boolean deepest = level == config.blockOutChannels().size() - 1;
        downsampler = deepest ? null : new Conv2d(weights.at("downsamplers.0.conv"), out, out, 3);
    }

    /** Pushes every intermediate that the way up will join again. */
    NDArray forward(NDArray x, NDArray embedding, NDArray context, Deque<NDArray> skips) {
        NDArray h = x;
        for (int j = 0; j < resnets.size(); j++) {
            h = resnets.get(j).forward(h, embedding);
            if (!attentions.isEmpty()) {
                h = attentions.get(j).forward(h, context);
            }
            skips.push(h);
        }
        if (downsampler != null) {
            h = downsampler.downsample(h);
            skips.push(h);
        }
        return h;
    }
}
