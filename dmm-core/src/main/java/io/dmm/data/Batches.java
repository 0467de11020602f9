package io.dmm.data;

import io.dmm.tensor.Compute;

/** How many pictures go through a network at once where nothing is trained. */
public final class Batches {
    private static final int MOST = 64;

    /** Bounds the memory of large pictures: one of 512×512 on the CPU, eight keep a GPU busy. */
    private static final long PIXELS = Compute.device().isGpu() ? 1 << 21 : 1 << 18;

    private Batches() {}

    /**
     * At least one, at most 64.
     *
     * @param width and {@code height} of the pictures in pixels
     */
    public static int of(long width, long height) {
        return (int) Math.max(1, Math.min(MOST, PIXELS / (width * height)));
    }
}
