package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.model.unet.UNet;
import io.dmm.tensor.Ops;

/** Styles as a network is told them. */
final class StyleRows {
    private StyleRows() {}

    /** One row per sample, 1 at its style: (B, N), or null for a network without styles. */
    static NDArray of(NDManager memory, UNet unet, int... styles) {
        int count = unet.config().styles();
        if (count == 0) {
            return null;
        }
        float[] rows = new float[styles.length * count];
        for (int i = 0; i < styles.length; i++) {
            rows[i * count + styles[i]] = 1;
        }
        return Ops.create(memory, rows, new Shape(styles.length, count));
    }
}
