package io.dmm.distill;

import java.util.List;

/**
 * What student and teachers are asked in one micro-batch.
 *
 * @param noisy the noised latents of all samples, teacher by teacher
 * @param captions one per sample, empty where dropped
 * @param counts how many samples each teacher has
 * @param styles the row of the student's codebook per sample
 */
record Samples(NoisyLatents noisy, List<String> captions, int[] counts, int[] styles) {}
