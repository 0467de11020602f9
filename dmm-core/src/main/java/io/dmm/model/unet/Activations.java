package io.dmm.model.unet;

import ai.djl.ndarray.NDManager;

/** What a network under training holds between its forward and its backward pass. */
public enum Activations {
    /** All that the backward pass needs. */
    KEPT {
        @Override
        Segments segments(NDManager memory) {
            return Segments.DIRECT;
        }
    },

    /**
     * What its layers hand on only; the rest is computed a second time (gradient checkpointing,
     * Chen et al., arXiv 1604.06174). The forward pass is done twice, and the activations of one
     * layer are held at a time.
     */
    RECOMPUTED {
        @Override
        Segments segments(NDManager memory) {
            return new Recomputation(memory);
        }
    };

    abstract Segments segments(NDManager memory);
}
