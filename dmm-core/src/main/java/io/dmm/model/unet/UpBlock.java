package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.dmm.model.layer.Conv2d;
import io.dmm.tensor.Ops;
import io.dmm.weights.Weights;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One level on the way up: each layer joins a skip tensor; then the size of the next is taken. */
final class UpBlock {
    private final List<UNetLayer> layers = new ArrayList<>();
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
        boolean attends = config.crossAttention().get(level);
        for (int j = 0; j <= config.layersPerBlock(); j++) {
            int in = j == 0 ? before : out;
            int skip = j == config.layersPerBlock() ? lastSkip : out;
            layers.add(new UNetLayer(weights, j, in + skip, out, attends, config));
        }
        upsampler = level == 0 ? null : new Conv2d(weights.at("upsamplers.0.conv"), out, out, 3);
    }

    NDArray forward(
            Segments segments,
            NDArray x,
            NDArray embedding,
            NDArray context,
            Deque<NDArray> skips) {
        NDArray h = x;
        for (UNetLayer layer : layers) {
            h =
                    segments.run(
                            in -> layer.forward(Ops.concatChannels(in[0], in[1]), in[2], in[3]),
                            h,
                            skips.pop(),
                            embedding,
                            context);
        }
        if (upsampler == null) {
            return h;
        }
        // twice the height and width, or one less where halving has rounded up
        Shape next = skips.peek().getShape();
        return segments.run(
                in -> upsampler.forward(Ops.upsampleNearest(in[0], next.get(2), next.get(3))), h);
    }
}
