package io.dmm.model.vae;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.GroupNorm;
import io.dmm.model.layer.ResnetBlock;
import io.dmm.weights.Weights;

/** What encoder and decoder have in common. */
final class VaeBlocks {
    static final double EPS = 1e-6;

    private VaeBlocks() {}

    static ResnetBlock resnet(Weights weights, int in, int out, int normGroups) {
        return ResnetBlock.unconditioned(weights, in, out, normGroups, EPS);
    }

    static GroupNorm norm(Weights weights, int channels, int normGroups) {
        return new GroupNorm(weights, channels, normGroups, EPS);
    }

    /** Frees the input of a layer at once: at full resolution each map is large. */
    static NDArray replace(NDArray input, NDArray output) {
        input.close();
        return output;
    }
}
