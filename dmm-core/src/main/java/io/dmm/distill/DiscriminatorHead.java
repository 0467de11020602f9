package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.Conv2d;
import io.dmm.model.layer.GroupNorm;
import io.dmm.model.unet.UNetConfig;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;
import java.util.List;

/**
 * The trained part of the {@link Discriminator}: two 3×3 convolutions, each with group
 * normalisation and SiLU, a projection to the classes and the mean over pixels. It is as wide as
 * the first level of the UNet.
 */
final class DiscriminatorHead {
    private final Conv2d conv1;
    private final GroupNorm norm1;
    private final Conv2d conv2;
    private final GroupNorm norm2;
    private final Conv2d projection;

    DiscriminatorHead(Weights weights, UNetConfig config, int classes) {
        List<Integer> channels = config.blockOutChannels();
        int deepest = channels.get(channels.size() - 1);
        int width = channels.get(0);
        conv1 = new Conv2d(weights.at("conv_1"), deepest, width, 3);
        norm1 = norm(weights.at("norm_1"), width, config);
        conv2 = new Conv2d(weights.at("conv_2"), width, width, 3);
        norm2 = norm(weights.at("norm_2"), width, config);
        projection = new Conv2d(weights.at("projection"), width, classes, 1);
    }

    private static GroupNorm norm(Weights weights, int width, UNetConfig config) {
        return new GroupNorm(weights, width, config.normNumGroups(), config.normEps());
    }

    /** Outputs of a mid block (B, C, H, W) → logits (B, classes). */
    NDArray forward(NDArray features) {
        try (Scope scope = Scope.over(features)) {
            NDArray h = norm1.silu(conv1.forward(features));
            h = norm2.silu(conv2.forward(h));
            NDArray logits = Ops.pixelsToTokens(projection.forward(h)); // (B, H·W, classes)
            return scope.keep(logits.mean(new int[] {1}));
        }
    }
}
