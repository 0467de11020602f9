package io.dmm.weights;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;

/** PyTorch's default initialisation, by the kind of tensor that a diffusers name tells. */
final class InitialValues {
    private InitialValues() {}

    /**
     * Draws the values of one tensor from the seed and its name.
     *
     * @param weightShape for a bias, the shape of the weight it belongs to
     */
    static float[] of(String name, Shape shape, Shape weightShape, long seed) {
        float[] values = new float[Math.toIntExact(shape.size())];
        SplittableRandom random =
                new SplittableRandom(seed * 0x9E3779B97F4A7C15L + name.hashCode());
        if (name.endsWith("embedding.weight")) {
            double deviation = name.endsWith("model_embedding.weight") ? 1 : 0.02;
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (deviation * random.nextGaussian());
            }
        } else if (weightShape.dimension() > 1) {
            double fanIn = (double) weightShape.size() / weightShape.get(0);
            double bound = 1 / Math.sqrt(fanIn);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble(-bound, bound);
            }
        } else if (!name.endsWith(".bias")) {
            Arrays.fill(values, 1); // a normalisation's scale; its shift stays zero
        }
        return values;
    }
}
