package io.dmm.model.vae;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.ResnetBlock;
import io.dmm.weights.Weights;

/** ResNet, attention over all pixels, ResNet, at the smallest resolution. */
final class MidBlock {
    private final ResnetBlock resnet0;
    private final PixelAttention attention;
    private final ResnetBlock resnet1;

    MidBlock(Weights weights, int channels, int normGroups) {
        resnet0 = VaeBlocks.resnet(weights.at("resnets.0"), channels, channels, normGroups);
        attention = new PixelAttention(weights.at("attentions.0"), channels, normGroups);
        resnet1 = VaeBlocks.resnet(weights.at("resnets.1"), channels, channels, normGroups);
    }

    NDArray forward(NDArray x) {
        return resnet1.forward(attention.forward(resnet0.forward(x)));
    }
}
