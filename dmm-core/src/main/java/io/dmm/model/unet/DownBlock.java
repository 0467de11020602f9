package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.Conv2d;
import io.dmm.weights.Weights;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One level on the way down: layers, then halving. */
final class DownBlock {
    private final List<UNetLayer> layers = new ArrayList<>();
    private final Conv2d downsampler;

    DownBlock(Weights weights, UNetConfig config, int level) {
        int out = config.blockOutChannels().get(level);
        int before = level == 0 ? out : config.blockOutChannels().get(level - 1);
        boolean attends = config.crossAttention().get(level);
        for (int j = 0; j < config.layersPerBlock(); j++) {
            int in = j == 0 ? before : out;
            layers.add(new UNetLayer(weights, j, in, out, attends, config));
        }
        boolean deepest = level == config.blockOutChannels().size() - 1;
        downsampler = deepest ? null : new Conv2d(weights.at("downsamplers.0.conv"), out, out, 3);
    }

    /** Pushes every intermediate that the way up will join again. */
    NDArray forward(
            Segments segments,
            NDArray x,
            NDArray embedding,
            NDArray context,
            Deque<NDArray> skips) {
        NDArray h = x;
        for (UNetLayer layer : layers) {
            h = segments.run(in -> layer.forward(in[0], in[1], in[2]), h, embedding, context);
            skips.push(h);
        }
        if (downsampler != null) {
            h = segments.run(in -> downsampler.downsample(in[0]), h);
            skips.push(h);
        }
        return h;
    }
}
