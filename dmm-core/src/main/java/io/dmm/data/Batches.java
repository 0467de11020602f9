package io.dmm.data;

import io.dmm.tensor.Compute;

/** How many pictures go through a network at once where nothing is trained. */
public final class Batches {
    private static final int MOST = 64;

    /** Bounds the memory of large pictures: one of 512×512. */
    private static final long PIXELS_ON_CPU = 1 << 18;

    /** Eight pictures of 512×512 keep a GPU busy. */
    private static final long PIXELS_ON_GPU = 1 << 21;

    private Batches() {}

    /**
     * At least one, at most 64.
     *
     * @param width and {@code height} of the pictures in pixels
     */
    public static int of(long width, long height) {
        long pixels = Compute.device().isGpu() ? PIXELS_ON_GPU : PIXELS_ON_CPU;
        return (int) Math.max(1, Math.min(MOST, pixels / (width * height)));
    }
}
