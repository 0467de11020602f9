package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.ResnetBlock;
import io.dmm.model.layer.SpatialTransformer;
import io.dmm.weights.Weights;

/** A ResNet and, where the text is attended to, a transformer. */
final class UNetLayer {
    private final ResnetBlock resnet;
    private final SpatialTransformer attention;

    /**
     * @param weights of the block that has this layer
     * @param index of this layer in it
     */
    UNetLayer(Weights weights, int index, int in, int out, boolean attends, UNetConfig config) {
        resnet =
                ResnetBlock.conditioned(
                        weights.at("resnets." + index),
                        in,
                        out,
                        config.embeddingWidth(),
                        config.normNumGroups(),
                        config.normEps());
        attention =
                attends
                        ? new SpatialTransformer(
                                weights.at("attentions." + index),
                                out,
                                config.crossAttentionDim(),
                                config.attentionHeads(),
                                config.normNumGroups())
                        : null;
    }

    NDArray forward(NDArray x, NDArray embedding, NDArray context) {
        NDArray h = resnet.forward(x, embedding);
        return attention == null ? h : attention.forward(h, context);
    }
}
