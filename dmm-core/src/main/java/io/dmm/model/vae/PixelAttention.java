package io.dmm.model.vae;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.GroupNorm;
import io.dmm.model.layer.Linear;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;

/** Single-head self-attention over all pixels, normalised and residual. */
final class PixelAttention {
    private final GroupNorm groupNorm;
    private final Linear toQ;
    private final Linear toK;
    private final Linear toV;
    private final Linear toOut;

    PixelAttention(Weights weights, int channels, int normGroups) {
        groupNorm = VaeBlocks.norm(weights.at("group_norm"), channels, normGroups);
        toQ = Linear.of(weights.at("to_q"), channels, channels);
        toK = Linear.of(weights.at("to_k"), channels, channels);
        toV = Linear.of(weights.at("to_v"), channels, channels);
        toOut = Linear.of(weights.at("to_out.0"), channels, channels);
    }

    NDArray forward(NDArray x) {
        try (Scope scope = Scope.over(x)) {
            NDArray tokens = Ops.pixelsToTokens(groupNorm.forward(x));
            NDArray attended =
                    Ops.attention(toQ.forward(tokens), toK.forward(tokens), toV.forward(tokens), 1);
            return scope.keep(x.add(Ops.tokensToPixels(toOut.forward(attended), x)));
        }
    }
}
