package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.FiniteDifferences;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpsGradientTest {
    private static final int ELEMENTS = 4;

    private final NDManager manager = Compute.newManager();
    private final TorchRandom random = new TorchRandom(8);

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void linear() {
        NDArray weight = normal(5, 4);
        assertGradients(a -> Ops.linear(a[0], a[1], null), normal(3, 4), weight);
        assertGradients(a -> Ops.linear(a[0], a[1], a[2]), normal(2, 3, 4), weight, normal(5));
        assertGradients(a -> Ops.matMul(a[0], a[1]), normal(3, 4), normal(4, 2));
    }

    @Test
    void convolutions() {
        NDArray x = normal(2, 3, 4, 6);
        NDArray weight = normal(2, 3, 3, 3);
        NDArray bias = normal(2);
        assertGradients(a -> Ops.conv2d(a[0], a[1], a[2]), x, weight, bias);
        assertGradients(a -> Ops.conv2d(a[0], a[1], a[2]), x, normal(2, 3, 1, 1), bias);
        assertGradients(a -> Ops.conv2dDownsample(a[0], a[1], a[2]), x, weight, bias);
        assertGradients(a -> Ops.conv2dDownsamplePaddedRight(a[0], a[1], a[2]), x, weight, bias);
    }

    @Test
    void scale_keepsItsFactorUntilTheBackwardPass() {
        assertGradients(a -> Ops.scale(a[0], -1.5), normal(3, 4));
        NDArray x = normal(3);
        x.setRequiresGradient(true);
        try (GradMode mode = GradMode.on()) {
            for (int i = 0; i < 20; i++) {
                NDArray sum = Ops.scale(x, 3).sum();
                System.gc();
                for (int j = 0; j < 1000; j++) {
                    manager.create(new float[] {Float.NaN}).close();
                }
                GradMode.backward(sum);
            }
        }
        assertArrayEquals(new float[] {60, 60, 60}, x.getGradient().toFloatArray());
    }

    @Test
    void norms() {
        NDArray x = normal(2, 4, 3, 2);
        NDArray weight = normal(4);
        NDArray bias = normal(4);
        assertGradients(a -> Ops.groupNorm(a[0], a[1], a[2], 2, 1e-5), x, weight, bias);
        assertGradients(a -> Ops.groupNormSilu(a[0], a[1], a[2], 2, 1e-5), x, weight, bias);
        assertGradients(a -> Ops.layerNorm(a[0], a[1], a[2], 1e-5), normal(2, 3, 4), weight, bias);
    }

    @Test
    void activations() {
        assertGradients(a -> Ops.silu(a[0]), normal(10));
        assertGradients(a -> Ops.gelu(a[0]), normal(10));
        assertGradients(a -> Ops.quickGelu(a[0]), normal(10));
        assertGradients(a -> Ops.geglu(a[0], a[1], a[2]), normal(2, 3, 4), normal(6, 4), normal(6));
    }

    @Test
    void attention() {
        NDArray query = normal(2, 5, 8);
        NDArray key = normal(2, 7, 8);
        assertGradients(a -> Ops.attention(a[0], a[1], a[2], 2), query, key, normal(2, 7, 8));
        assertGradients(
                a -> Ops.causalAttention(a[0], a[1], a[2], 2),
                query,
                normal(2, 5, 8),
                normal(2, 5, 8));
    }

    @Test
    void rearrangements() {
        NDArray pixels = normal(2, 3, 2, 4);
        assertGradients(a -> Ops.upsampleNearest(a[0], 3, 8), pixels);
        assertGradients(a -> Ops.pixelsToTokens(a[0]), pixels);
        assertGradients(a -> Ops.tokensToPixels(a[0], pixels), normal(2, 8, 3));
        assertGradients(a -> Ops.addChannelBias(a[0], a[1]), pixels, normal(2, 3));
        assertGradients(a -> Ops.concatChannels(a[0], a[1]), pixels, normal(2, 1, 2, 4));
        NDArray ids = manager.create(new long[] {1, 0, 1}, new Shape(1, 3));
        assertGradients(a -> Ops.embedding(a[0], ids), normal(2, 4));
    }

    @Test
    void mse() {
        assertGradients(a -> TrainingOps.mse(a[0], a[1]), normal(2, 3), normal(2, 3));
    }

    private void assertGradients(Function<NDArray[], NDArray> operator, NDArray... inputs) {
        new FiniteDifferences(() -> operator.apply(inputs))
                .assertGradients(List.of(inputs), ELEMENTS);
    }

    private NDArray normal(long... shape) {
        Shape all = new Shape(shape);
        return manager.create(random.normal((int) all.size()), all);
    }
}
