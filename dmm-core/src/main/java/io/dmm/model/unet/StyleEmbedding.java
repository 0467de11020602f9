package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import io.dmm.model.layer.Linear;
import io.dmm.tensor.Ops;
import io.dmm.weights.Weights;

/**
 * Style prompts (DMM, arXiv 2504.12364, appendix A.1 and section 4.5): the mix Σ w_i e_i of the
 * rows of a learnable codebook, then a small MLP; added to the timestep embedding.
 */
public final class StyleEmbedding {
    private final NDArray codebook;
    private final Linear linear1;
    private final Linear linear2;

    public StyleEmbedding(Weights weights, int styles, int width) {
        codebook = weights.get("model_embedding.weight", styles, width);
        linear1 = Linear.of(weights.at("add_embedding.linear_1"), width, width);
        linear2 = Linear.of(weights.at("add_embedding.linear_2"), width, width);
    }

    /** Weights of the styles (B, N) → (B, D). */
    public NDArray forward(NDArray mix) {
        return linear2.forward(Ops.silu(linear1.forward(Ops.matMul(mix, codebook))));
    }
}
