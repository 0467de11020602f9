package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.ResnetBlock;
import io.dmm.model.layer.SpatialTransformer;
import io.dmm.weights.Weights;

/** ResNet, attention to the text, ResNet, at the smallest resolution. */
final class MidBlock {
    private final ResnetBlock resnet0;
    private final SpatialTransformer attention;
    private final ResnetBlock resnet1;

    MidBlock(Weights weights, UNetConfig config) {
        int channels = config.blockOutChannels().get(config.blockOutChannels().size() - 1);
        resnet0 = UNet.resnet(weights.at("resnets.0"), channels, channels, config);
        attention = UNet.attention(weights.at("attentions.0"), channels, config);
        resnet1 = UNet.resnet(weights.at("resnets.1"), channels, channels, config);
    }

    NDArray forward(NDArray x, NDArray embedding, NDArray context) {
        return resnet1.forward(
                attention.forward(resnet0.forward(x, embedding), context), embedding);
    }
}
