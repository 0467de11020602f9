package io.dmm.model.clip;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.LayerNorm;
import io.dmm.model.layer.Linear;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;

/** Causal self-attention and a feed-forward layer, both normalised first and residual. */
final class EncoderLayer {
    private final LayerNorm layerNorm1;
    private final Linear qProj;
    private final Linear kProj;
    private final Linear vProj;
    private final Linear outProj;
    private final LayerNorm layerNorm2;
    private final Linear fc1;
    private final Linear fc2;
    private final ClipTextConfig config;

    EncoderLayer(Weights weights, ClipTextConfig config) {
        int width = config.hiddenSize();
        Weights attention = weights.at("self_attn");
        this.config = config;
        layerNorm1 = new LayerNorm(weights.at("layer_norm1"), width);
        qProj = Linear.of(attention.at("q_proj"), width, width);
        kProj = Linear.of(attention.at("k_proj"), width, width);
        vProj = Linear.of(attention.at("v_proj"), width, width);
        outProj = Linear.of(attention.at("out_proj"), width, width);
        layerNorm2 = new LayerNorm(weights.at("layer_norm2"), width);
        fc1 = Linear.of(weights.at("mlp.fc1"), width, config.intermediateSize());
        fc2 = Linear.of(weights.at("mlp.fc2"), config.intermediateSize(), width);
    }

    NDArray forward(NDArray x) {
        try (Scope scope = Scope.over(x)) {
            NDArray h = layerNorm1.forward(x);
            NDArray attended =
                    Ops.causalAttention(
                            qProj.forward(h),
                            kProj.forward(h),
                            vProj.forward(h),
                            config.numAttentionHeads());
            h = x.add(outProj.forward(attended));
            return scope.keep(h.add(fc2.forward(activate(fc1.forward(layerNorm2.forward(h))))));
        }
    }

    private NDArray activate(NDArray x) {
        return switch (config.hiddenAct()) {
            case QUICK_GELU -> Ops.quickGelu(x);
            case GELU -> Ops.gelu(x);
        };
    }
}
