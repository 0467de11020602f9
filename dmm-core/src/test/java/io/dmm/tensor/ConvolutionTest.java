package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the convolutions of {@link Ops} against plain loops. */
class ConvolutionTest {
    private static final int HEIGHT = 6;
    private static final int WIDTH = 4;
    private static final int IN = 3;
    private static final int OUT = 2;

    private final NDManager manager = Compute.newManager();
    private final TorchRandom random = new TorchRandom(4);
    private final NDArray x = normal(2, IN, HEIGHT, WIDTH);
    private final NDArray bias = normal(OUT);

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void conv2d_keepsHeightAndWidth(int kernel) {
        NDArray weight = normal(OUT, IN, kernel, kernel);
        assertConvolution(weight, 1, kernel / 2, Ops.conv2d(x, weight, bias));
    }

    @Test
    void downsample_padsAllRound() {
        NDArray weight = normal(OUT, IN, 3, 3);
        assertConvolution(weight, 2, 1, Ops.conv2dDownsample(x, weight, bias));
    }

    @Test
    void downsamplePaddedRight_beginsAtTheFirstPixel() {
        NDArray weight = normal(OUT, IN, 3, 3);
        assertConvolution(weight, 2, 0, Ops.conv2dDownsamplePaddedRight(x, weight, bias));
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "3, 1"})
    void conv2dRelu_padsEachSideByItsOwnHalf(int kernelHeight, int kernelWidth) {
        NDArray weight = normal(OUT, IN, kernelHeight, kernelWidth);
        NDArray square = manager.zeros(new Shape(OUT, IN, 3, 3));
        square.set(new NDIndex(kernelHeight == 1 ? ":, :, 1:2" : ":, :, :, 1:2"), weight);
        assertPositivePart(Ops.conv2d(x, square, bias), Ops.conv2dRelu(x, weight, bias));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void conv2dReluUnpadded_isTheInnerPart(int stride) {
        NDArray weight = normal(OUT, IN, 3, 3);
        NDIndex inner = new NDIndex(":, :, 1:-1:{}, 1:-1:{}", stride, stride);
        assertPositivePart(
                Ops.conv2d(x, weight, bias).get(inner),
                Ops.conv2dReluUnpadded(x, weight, bias, stride));
    }

    @Test
    void pools_leavePaddingOut() {
        float[] values = {-9, -8, -7, -6, -5, -4, -3, -2, -1};
        NDArray pixels = manager.create(values, new Shape(1, 1, 3, 3));
        assertArrayEquals(
                new float[] {-7, -6.5f, -6, -5.5f, -5, -4.5f, -4, -3.5f, -3},
                Ops.averagePool(pixels).toFloatArray());
        assertArrayEquals(
                new float[] {-5, -4, -4, -2, -1, -1, -2, -1, -1},
                Ops.maxPool(pixels).toFloatArray());
    }

    @Test
    void maxPoolDownsample_takesEverySecond() {
        NDArray pixels = manager.arange(36f).reshape(1, 1, 6, 6);
        NDArray pooled = Ops.maxPoolDownsample(pixels);
        assertEquals(new Shape(1, 1, 2, 2), pooled.getShape());
        assertArrayEquals(new float[] {14, 16, 26, 28}, pooled.toFloatArray());
    }

    @Test
    void resizeBilinear_interpolatesBetweenMiddlesOfPixels() {
        NDArray pixels = manager.create(new float[] {0, 4, 8, 12}, new Shape(1, 1, 2, 2));
        NDArray larger = Ops.resizeBilinear(pixels, 2, 4);
        assertArrayEquals(new float[] {0, 1, 3, 4, 8, 9, 11, 12}, larger.toFloatArray());
        // two pixels of eight: without antialiasing, only those beside their middles are seen
        NDArray row = manager.create(new float[] {9, 2, 4, 9, 9, 0, 1, 9}, new Shape(1, 1, 1, 8));
        assertArrayEquals(new float[] {3, 0.5f}, Ops.resizeBilinear(row, 1, 2).toFloatArray());
        assertEquals(x, Ops.resizeBilinear(x, HEIGHT, WIDTH));
    }

    @Test
    void upsampleNearest_repeatsPixels() {
        NDArray pixels = manager.create(new float[] {1, 2, 3, 4}, new Shape(1, 1, 2, 2));
        NDArray larger = Ops.upsampleNearest(pixels, 4, 3);
        assertEquals(new Shape(1, 1, 4, 3), larger.getShape());
        assertArrayEquals(new float[] {1, 1, 2, 1, 1, 2, 3, 3, 4, 3, 3, 4}, larger.toFloatArray());
    }

    private static void assertPositivePart(NDArray expected, NDArray actual) {
        assertEquals(expected.getShape(), actual.getShape());
        assertArrayEquals(expected.maximum(0).toFloatArray(), actual.toFloatArray(), 1e-5f);
    }

    private void assertConvolution(NDArray weight, int stride, int padding, NDArray actual) {
        int kernel = (int) weight.getShape().get(2);
        int height = HEIGHT / stride;
        int width = WIDTH / stride;
        assertEquals(new Shape(2, OUT, height, width), actual.getShape());
        for (int b = 0; b < 2; b++) {
            for (int out = 0; out < OUT; out++) {
                for (int row = 0; row < height; row++) {
                    for (int column = 0; column < width; column++) {
                        double sum = bias.getFloat(out);
                        for (int i = 0; i < IN * kernel * kernel; i++) {
                            int in = i / (kernel * kernel);
                            int dy = i / kernel % kernel;
                            int dx = i % kernel;
                            int y = row * stride - padding + dy;
                            int x = column * stride - padding + dx;
                            sum += weight.getFloat(out, in, dy, dx) * pixel(b, in, y, x);
                        }
                        assertEquals(sum, actual.getFloat(b, out, row, column), 1e-5);
                    }
                }
            }
        }
    }

    private double pixel(int b, int channel, int row, int column) {
        boolean inside = row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH;
        return inside ? x.getFloat(b, channel, row, column) : 0;
    }

    private NDArray normal(long... shape) {
        Shape all = new Shape(shape);
        return manager.create(random.normal((int) all.size()), all);
    }
}
