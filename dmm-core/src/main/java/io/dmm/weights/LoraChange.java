package io.dmm.weights;

import ai.djl.ndarray.NDArray;

/**
 * What one file adds to one weight.
 *
 * @param name the weight's layer, {@code unet.mid_block.…}
 * @param scale LoRA weight times α/r
 */
record LoraChange(String name, LoraDelta delta, double scale) {

    /** Computes the scaled ΔW (out, in · k · k); the caller closes it. */
    NDArray matrix() {
        return delta.matrix().muli((float) scale);
    }
}
