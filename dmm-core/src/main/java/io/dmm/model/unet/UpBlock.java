package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.Conv2d;
import io.dmm.model.layer.ResnetBlock;
import io.dmm.model.layer.SpatialTransformer;
import io.dmm.tensor.Ops;
import io.dmm.weights.Weights;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One level on the way up: each ResNet joins a skip tensor; then doubling. */
final class UpBlock {
    private final List<ResnetBlock> resnets = new ArrayList<>();
    private final List<SpatialTransformer> attentions = new ArrayList<>();
    private final Conv2d upsampler;

    /**
     * @param level counted from the largest resolution, as on the way down
     */
    UpBlock(Weights weights, UNetConfig config, int level) {
        List<Integer> channels = config.blockOutChannels();
        int deepest = channels.size() - 1;
        int out = channels.get(level);
        int before = channels.get(Math.min(level + 1, deepest));
        int lastSkip = channels.get(Math.max(level - 1, 0));
        for (int j = 0; j <= config.layersPerBlock(); j++) {
            int in = j == 0 ? before : out;
            int skip = j == config.layersPerBlock() ? lastSkip : out;
            resnets.add(UNet.resnet(weights.at("resnets." + j), in + skip, out, config));
            if (config.crossAttention().get(level)) {
                attentions.add(UNet.attention(weights.at("attentions." + j), out, config));
            }
        }
        upsampler = level == 0 ? null : new Conv2d(weights.at("upsamplers.0.conv"), out, out, 3);
    }

    NDArray forward(NDArray x, NDArray embedding, NDArray context, Deque<NDArray> skips) {
        NDArray h = x;
        for (int j = 0; j < resnets.size(); j++) {
            h = resnets.get(j).forward(Ops.concatChannels(h, skips.pop()), embedding);
            if (!attentions.isEmpty()) {
                h = attentions.get(j).forward(h, context);
            }
        }
        return upsampler == null ? h : upsampler.forward(Ops.upsampleNearest(h));
    }
}
