package io.dmm.pipeline;

/** How many pictures are denoised at once. */
final class BatchSize {
    /** Bounds the memory: two pictures of 512×512. */
    private static final long PIXELS_ON_CPU = 1 << 19;

    /** Eight pictures of 512×512 keep a GPU busy. */
    private static final long PIXELS_ON_GPU = 1 << 21;

    /**
     * Guided pictures are two samples each. On the CPU PyTorch sums convolutions in another order
     * for one sample, and again from 16 on: a picture would not be the one made alone, to the byte.
     */
    private static final int GUIDED_ON_CPU = 7;

    private BatchSize() {}

    /**
     * At least one.
     *
     * @param pixels of a picture
     */
    static long of(boolean gpu, boolean guided, long pixels) {
        if (gpu) {
            return Math.max(1, PIXELS_ON_GPU / pixels);
        }
        return guided ? Math.max(1, Math.min(GUIDED_ON_CPU, PIXELS_ON_CPU / pixels)) : 1;
    }
}
