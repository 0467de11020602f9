package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * What student and teachers predict for a batch.
 *
 * @param noisy what they were shown
 * @param student the noise that the student predicts, (B, C, H, W), with gradients
 * @param teachers the noise that each sample's teacher predicts, (B, C, H, W)
 * @param styles the style of each sample, from 0
 * @param context the captions' text states by the base, (B, S, D)
 */
record Predictions(
        NoisyLatents noisy, NDArray student, NDArray teachers, int[] styles, NDArray context) {
    Predictions {
        Shape shape = noisy.latents().getShape();
        requireShape("student", shape, student);
        requireShape("teachers", shape, teachers);
        if (styles.length != shape.get(0)) {
            throw new IllegalArgumentException(
                    "predictions: styles, expected one for each of "
                            + shape.get(0)
                            + " samples but was "
                            + styles.length);
        }
    }

    private static void requireShape(String whose, Shape expected, NDArray actual) {
        if (!actual.getShape().equals(expected)) {
            throw new IllegalArgumentException(
                    "predictions: noise of the "
                            + whose
                            + ", expected the shape of the latents "
                            + expected
                            + " but was "
                            + actual.getShape());
        }
    }
}
