package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import io.dmm.weights.Weights;
import java.util.List;

/** ResNet, attention to the text, ResNet, at the smallest resolution. */
final class MidBlock {
    private final List<UNetLayer> layers;

    MidBlock(Weights weights, UNetConfig config) {
        int channels = config.blockOutChannels().get(config.blockOutChannels().size() - 1);
        layers =
                List.of(
                        new UNetLayer(weights, 0, channels, channels, true, config),
                        new UNetLayer(weights, 1, channels, channels, false, config));
    }

    NDArray forward(Segments segments, NDArray x, NDArray embedding, NDArray context) {
        NDArray h = x;
        for (UNetLayer layer : layers) {
            h = segments.run(in -> layer.forward(in[0], in[1], in[2]), h, embedding, context);
        }
        return h;
    }
}
