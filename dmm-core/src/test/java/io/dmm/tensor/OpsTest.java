package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Holds the operators against their formulas, computed in double precision. */
class OpsTest {
    private static final float TOLERANCE = 2e-6f;

    private final NDManager manager = Compute.newManager();
    private final TorchRandom random = new TorchRandom(3);

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void value_isThatOfFloatsAndIntegers() {
        NDArray pi = manager.create(3.14159f);
        NDArray large = manager.create(1L << 40);
        int before = manager.getManagedArrays().size();
        assertEquals(3.14159f, Ops.value(pi));
        assertEquals(0x1p40, Ops.value(large));
        assertEquals(before, manager.getManagedArrays().size());
    }

    @Test
    void linear_multipliesByTheTransposedWeight() {
        NDArray x = array(new Shape(2, 2), 1, 2, 3, 4);
        NDArray weight = array(new Shape(3, 2), 1, 0, 0, 1, 2, -1);
        NDArray bias = array(new Shape(3), 10, 20, 30);
        assertValues(Ops.linear(x, weight, null), 1, 2, 0, 3, 4, 2);
        assertValues(Ops.linear(x, weight, bias), 11, 22, 30, 13, 24, 32);
    }

    @Test
    void matMul_multiplies() {
        NDArray x = array(new Shape(1, 2), 1, 2);
        assertValues(Ops.matMul(x, array(new Shape(2, 3), 1, 2, 3, 4, 5, 6)), 9, 12, 15);
    }

    @Test
    void activations_followTheirFormulas() {
        float[] points = {-6, -1, 0, 0.5f, 1, 2};
        NDArray x = array(new Shape(6), points);
        float[] silu = new float[6];
        float[] quickGelu = new float[6];
        for (int i = 0; i < 6; i++) {
            silu[i] = (float) (points[i] * sigmoid(points[i]));
            quickGelu[i] = (float) (points[i] * sigmoid(1.702 * points[i]));
        }
        assertValues(Ops.silu(x), silu);
        assertValues(Ops.quickGelu(x), quickGelu);
        // x Φ(x) with Φ from a table
        float[] gelu = {-5.919526e-9f, -0.15865525f, 0, 0.34573123f, 0.84134475f, 1.95449974f};
        assertValues(Ops.gelu(x), gelu);
    }

    @Test
    void distances_areMeansOverTheirSamplesAndPixels() {
        NDArray x = array(new Shape(2, 2, 1, 1), 3, 4, 1, 0);
        NDArray target = array(new Shape(2, 2, 1, 1), 0, 5, 0, -2);
        assertValues(TrainingOps.msePerSample(x, target), 5, 2.5f);
        assertValues(TrainingOps.squaredDistance(x, target), 7.5f);
        assertValues(TrainingOps.cosineDistance(x, target), 1 - (0.8f + 0) / 2);
    }

    @Test
    void crossEntropy_isTheMeanNegativeLogProbabilityOfTheClasses() {
        NDArray logits = array(new Shape(2, 3), 0, 0, 0, 2, 1, 0);
        NDArray classes = manager.create(new long[] {1, 0});
        double second = Math.log(Math.exp(2) + Math.E + 1) - 2;
        assertValues(
                TrainingOps.crossEntropy(logits, classes), (float) ((Math.log(3) + second) / 2));
    }

    /** A buffer in the place of its memory would leave the gradient behind, and crash later. */
    @Test
    void assign_writesIntoTheMemoryOfTheArray() {
        NDArray leaf = array(new Shape(2), 1, 2);
        leaf.setRequiresGradient(true);
        NDArray sameMemory = leaf.stopGradient();
        Ops.assign(leaf, array(new Shape(2), 3, 4));
        assertValues(leaf, 3, 4);
        assertValues(sameMemory, 3, 4);
    }

    @Test
    void geglu_gatesTheFirstHalfByTheGeluOfTheSecond() {
        NDArray x = array(new Shape(1, 2), 1, 1);
        NDArray weight = array(new Shape(4, 2), 3, 0, 0, 5, 0.5f, 0, 0, 1);
        NDArray bias = array(new Shape(4), 0, 0, 0.5f, 1);
        assertValues(Ops.geglu(x, weight, bias), 3 * 0.84134475f, 5 * 1.95449974f);
    }

    @Test
    void groupNorm_normalisesTheChannelsOfAGroupTogether() {
        NDArray x = normal(2, 4, 3, 2);
        NDArray weight = normal(4);
        NDArray bias = normal(4);
        float[] expected = normalised(x.toFloatArray(), 2 * 3 * 2, 0.1);
        float[] activated = new float[expected.length];
        for (int i = 0; i < expected.length; i++) {
            int channel = i / 6 % 4;
            expected[i] = expected[i] * weight.getFloat(channel) + bias.getFloat(channel);
            activated[i] = (float) (expected[i] * sigmoid(expected[i]));
        }
        assertValues(Ops.groupNorm(x, weight, bias, 2, 0.1), expected);
        assertValues(Ops.groupNormSilu(x, weight, bias, 2, 0.1), activated);
    }

    @Test
    void layerNorm_normalisesTheLastAxis() {
        NDArray x = normal(2, 3, 5);
        NDArray weight = normal(5);
        NDArray bias = normal(5);
        float[] expected = normalised(x.toFloatArray(), 5, 0.1);
        for (int i = 0; i < expected.length; i++) {
            expected[i] = expected[i] * weight.getFloat(i % 5) + bias.getFloat(i % 5);
        }
        assertValues(Ops.layerNorm(x, weight, bias, 0.1), expected);
    }

    /** (x − mean) / √(variance + eps) of consecutive runs of {@code length}. */
    private static float[] normalised(float[] values, int length, double eps) {
        float[] result = new float[values.length];
        for (int start = 0; start < values.length; start += length) {
            double sum = 0;
            double squares = 0;
            for (int i = start; i < start + length; i++) {
                sum += values[i];
                squares += (double) values[i] * values[i];
            }
            double mean = sum / length;
            double deviation = Math.sqrt(squares / length - mean * mean + eps);
            for (int i = start; i < start + length; i++) {
                result[i] = (float) ((values[i] - mean) / deviation);
            }
        }
        return result;
    }

    @Test
    void pixelsAndTokens_areTransposesOfEachOther() {
        NDArray pixels = array(new Shape(1, 2, 2, 3), 1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60);
        NDArray tokens = Ops.pixelsToTokens(pixels);
        assertEquals(new Shape(1, 6, 2), tokens.getShape());
        assertValues(tokens, 1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60);
        assertEquals(pixels, Ops.tokensToPixels(tokens, pixels));
    }

    @Test
    void embedding_takesRowsAndBelongsToTheIds() {
        NDArray table = array(new Shape(3, 2), 0, 1, 10, 11, 20, 21);
        try (NDManager other = manager.newSubManager()) {
            NDArray ids = other.create(new long[] {2, 0, 2}, new Shape(1, 3));
            NDArray rows = Ops.embedding(table, ids);
            assertEquals(new Shape(1, 3, 2), rows.getShape());
            assertValues(rows, 20, 21, 0, 1, 20, 21);
            assertSame(other, rows.getManager());
        }
    }

    @Test
    void addChannelBias_addsToEveryPixelOfItsSample() {
        NDArray x = manager.zeros(new Shape(2, 2, 1, 2));
        NDArray bias = array(new Shape(2, 2), 1, 2, 3, 4);
        assertValues(Ops.addChannelBias(x, bias), 1, 1, 2, 2, 3, 3, 4, 4);
    }

    @Test
    void concatChannels_putsTheSecondBehindTheFirst() {
        NDArray x = array(new Shape(2, 1, 1, 1), 1, 2);
        NDArray y = array(new Shape(2, 2, 1, 1), 3, 4, 5, 6);
        assertValues(Ops.concatChannels(x, y), 1, 3, 4, 2, 5, 6);
    }

    @Test
    void mse_isTheMeanOverAllElements() {
        NDArray loss =
                TrainingOps.mse(array(new Shape(2, 2), 1, 2, 3, 4), manager.ones(new Shape(2, 2)));
        assertEquals((0 + 1 + 4 + 9) / 4f, loss.getFloat());
    }

    @Test
    void clipGradNorm_scalesOnlyWhatIsLonger() {
        NDArray first = array(new Shape(2), 3, 0);
        NDArray second = array(new Shape(1, 1), 4);
        List<NDArray> gradients = List.of(first, second);
        assertEquals(5, TrainingOps.clipGradNorm(gradients, 5.1), 1e-6);
        assertValues(first, 3, 0);
        assertEquals(5, TrainingOps.clipGradNorm(gradients, 0.5), 1e-6);
        assertValues(first, 0.3f, 0);
        assertValues(second, 0.4f);
    }

    @Test
    void results_belongToTheManagerOfTheFirstArgument() {
        try (NDManager other = manager.newSubManager()) {
            NDArray x = other.create(new float[] {1, 2}, new Shape(1, 2));
            NDArray weight = array(new Shape(1, 2), 1, 1);
            assertSame(other, Ops.linear(x, weight, null).getManager());
        }
        assertEquals(1, manager.getManagedArrays().size());
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private NDArray array(Shape shape, float... values) {
        return manager.create(values, shape);
    }

    private NDArray normal(long... shape) {
        Shape all = new Shape(shape);
        return manager.create(random.normal((int) all.size()), all);
    }

    private static void assertValues(NDArray actual, float... expected) {
        assertArrayEquals(expected, actual.toFloatArray(), TOLERANCE);
    }
}
