package io.dmm.distill;

import io.dmm.data.Pixels;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.tensor.Compute;

/** How many pictures go through a network at once where nothing is trained. */
final class Batches {
    private static final int MOST = 64;

    /** Bounds the memory of large pictures: one of 512×512 on the CPU, eight keep a GPU busy. */
    private static final long PIXELS = Compute.device().isGpu() ? 1 << 21 : 1 << 18;

    private Batches() {}

    /**
     * @param height and {@code width} of the latents
     */
    static int size(AutoencoderKl vae, long height, long width) {
        long factor = vae.config().downsampling();
        return (int) Math.min(MOST, Pixels.pictures(PIXELS, width * factor, height * factor));
    }
}
