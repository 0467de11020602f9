package io.dmm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.TorchRandom;
import java.util.Collection;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Compares gradients with central differences of single elements.
 *
 * <p>The n elements of the function are summed with random weights. Rounding them, 1e-6 through a
 * deep network, changes a difference quotient by some 1e-6 √n / (2 step), which is allowed for. The
 * third derivative changes it by about step²/6 = 2e-5 of the first, which is below the tolerance.
 */
public final class FiniteDifferences {
    private static final float STEP = 1e-2f;
    private static final double TOLERANCE = 1e-2;
    private static final double ROUNDING = 1e-6;
    private static final long SEED = 11;

    private final Supplier<NDArray> function;
    private final Random random = new Random(SEED);

    public FiniteDifferences(Supplier<NDArray> function) {
        this.function = function;
    }

    /**
     * Requires right gradients at a few elements.
     *
     * @param leaves what the function is differentiated by; their values are the same afterwards
     * @param elements how many of each leaf, chosen at random
     */
    public void assertGradients(Collection<NDArray> leaves, int elements) {
        leaves.forEach(leaf -> leaf.setRequiresGradient(true));
        long results = backward();
        double rounding = ROUNDING * Math.sqrt(results) / (2 * STEP);
        for (NDArray leaf : leaves) {
            float[] gradient = takeGradient(leaf);
            leaf.setRequiresGradient(false);
            for (int i = 0; i < elements; i++) {
                int at = random.nextInt(gradient.length);
                assertEquals(
                        derivative(leaf, at),
                        gradient[at],
                        rounding + TOLERANCE * rootMeanSquare(gradient),
                        () -> "element " + at + " of " + leaf.getShape());
            }
        }
    }

    /** Returns the number of elements of the function. */
    private long backward() {
        try (GradMode on = GradMode.on();
                NDArray result = function.get();
                NDArray weights =
                        result.getManager().create(weights(result.size()), result.getShape());
                NDArray products = result.mul(weights);
                NDArray sum = products.sum()) {
            GradMode.backward(sum);
            return result.size();
        }
    }

    /** Leaves zeros behind: the next gradient will be added. */
    private static float[] takeGradient(NDArray leaf) {
        try (NDArray gradient = leaf.getGradient();
                NDArray zeros = gradient.zerosLike()) {
            float[] values = gradient.toFloatArray();
            Ops.assign(gradient, zeros);
            return values;
        }
    }

    private double derivative(NDArray leaf, int at) {
        try (NDArray flat = leaf.flatten()) {
            float value = flat.getFloat(at);
            float above = value + STEP;
            float below = value - STEP;
            double difference = sumWith(leaf, at, above) - sumWith(leaf, at, below);
            set(leaf, at, value);
            return difference / ((double) above - below);
        }
    }

    private double sumWith(NDArray leaf, int at, float value) {
        set(leaf, at, value);
        try (GradMode off = GradMode.off();
                NDArray result = function.get()) {
            float[] values = result.toFloatArray();
            float[] weights = weights(values.length);
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += (double) values[i] * weights[i];
            }
            return sum;
        }
    }

    private static void set(NDArray leaf, int at, float value) {
        try (NDArray view = leaf.reshape(leaf.size())) {
            view.setScalar(new NDIndex(at), value);
        }
    }

    private static float[] weights(long count) {
        return new TorchRandom(SEED).normal((int) count);
    }

    private static double rootMeanSquare(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum / values.length);
    }
}
