package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Ops;
import java.util.List;

/**
 * What student and teachers are asked in one micro-batch.
 *
 * @param noisy the noised latents of all samples, teacher by teacher
 * @param captions one per sample, empty where dropped
 * @param counts how many samples each teacher has
 * @param styles the row of the student's codebook per sample
 */
record Samples(NoisyLatents noisy, List<String> captions, int[] counts, int[] styles) {

    /** One row per sample of {@code [from, to)}, 1 at its style: (B, {@code count}). */
    NDArray styleRows(NDManager memory, int count, int from, int to) {
        float[] rows = new float[(to - from) * count];
        for (int i = from; i < to; i++) {
            rows[(i - from) * count + styles[i]] = 1;
        }
        return Ops.create(memory, rows, new Shape(to - from, count));
    }

    int size() {
        return styles.length;
    }
}
