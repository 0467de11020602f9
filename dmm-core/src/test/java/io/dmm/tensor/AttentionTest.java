package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds attention against softmax(Q Kᵀ / √K) V, head by head. */
class AttentionTest {
    private static final int WIDTH = 8;

    private final NDManager manager = Compute.newManager();
    private final TorchRandom random = new TorchRandom(6);

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void attention_weighsValuesBySoftmaxPerHead(int heads) {
        NDArray query = normal(2, 5, WIDTH);
        NDArray key = normal(2, 7, WIDTH);
        NDArray value = normal(2, 7, WIDTH);
        NDArray actual = Ops.attention(query, key, value, heads);
        assertEquals(query.getShape(), actual.getShape());
        assertArrayEquals(expected(query, key, value, heads, false), actual.toFloatArray(), 2e-6f);
    }

    /** 1100 is many, and no multiple of the rows that go at a time. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void attentionOfManyTokensInBf16_isCloseToFp32(int heads) {
        NDArray query = normal(2, 1100, WIDTH);
        NDArray key = normal(2, 1100, WIDTH);
        NDArray value = normal(2, 1100, WIDTH);
        NDArray attended =
                Ops.attention(Ops.toBf16(query), Ops.toBf16(key), Ops.toBf16(value), heads);
        NDArray expected = Ops.attention(query, key, value, heads);
        NDArray difference = Ops.toFp32(attended).sub(expected);
        double error = difference.norm().getFloat() / expected.norm().getFloat();
        assertTrue(error < 0.01, "relative error " + error);
    }

    /** In training, PyTorch's fused kernel is taken: it keeps no scores for the backward pass. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void gradientsOfManyTokensInBf16_areCloseToFp32(int heads) {
        List<NDArray> inputs =
                List.of(normal(1, 1100, WIDTH), normal(1, 1100, WIDTH), normal(1, 1100, WIDTH));
        NDArray weights = normal(1, 1100, WIDTH);
        List<NDArray> expected = attentionGradients(Precision.FP32, inputs, weights, heads);
        List<NDArray> actual = attentionGradients(Precision.BF16, inputs, weights, heads);
        for (int i = 0; i < inputs.size(); i++) {
            NDArray difference = actual.get(i).sub(expected.get(i));
            double error = difference.norm().getFloat() / expected.get(i).norm().getFloat();
            assertTrue(error < 0.02, "input " + i + ": relative error " + error);
        }
    }

    private List<NDArray> attentionGradients(
            Precision precision, List<NDArray> inputs, NDArray weights, int heads) {
        List<NDArray> leaves = inputs.stream().map(NDArray::duplicate).toList();
        leaves.forEach(leaf -> leaf.setRequiresGradient(true));
        try (GradMode mode = GradMode.on()) {
            List<NDArray> in = leaves.stream().map(precision::in).toList();
            NDArray attended = Ops.attention(in.get(0), in.get(1), in.get(2), heads);
            GradMode.backward(precision.out(attended).mul(weights).sum());
        }
        return leaves.stream().map(NDArray::getGradient).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void causalAttention_seesNothingAhead(int heads) {
        NDArray x = normal(2, 6, WIDTH);
        NDArray key = normal(2, 6, WIDTH);
        NDArray value = normal(2, 6, WIDTH);
        NDArray actual = Ops.causalAttention(x, key, value, heads);
        assertArrayEquals(expected(x, key, value, heads, true), actual.toFloatArray(), 2e-6f);
    }

    private static float[] expected(
            NDArray query, NDArray key, NDArray value, int heads, boolean causal) {
        int tokens = (int) query.getShape().get(1);
        int contextTokens = (int) key.getShape().get(1);
        float[] result = new float[(int) query.size()];
        int headWidth = WIDTH / heads;
        for (int row = 0; row < 2 * tokens; row++) {
            int seen = causal ? row % tokens + 1 : contextTokens;
            for (int head = 0; head < heads; head++) {
                double[] out = new double[headWidth];
                double total = 0;
                for (int other = 0; other < seen; other++) {
                    int otherRow = row / tokens * contextTokens + other;
                    double score = 0;
                    for (int i = 0; i < headWidth; i++) {
                        int at = head * headWidth + i;
                        score += element(query, row, at) * element(key, otherRow, at);
                    }
                    double weight = Math.exp(score / Math.sqrt(headWidth));
                    total += weight;
                    for (int i = 0; i < headWidth; i++) {
                        out[i] += weight * element(value, otherRow, head * headWidth + i);
                    }
                }
                for (int i = 0; i < headWidth; i++) {
                    result[row * WIDTH + head * headWidth + i] = (float) (out[i] / total);
                }
            }
        }
        return result;
    }

    private static double element(NDArray tokens, int row, int column) {
        long length = tokens.getShape().get(1);
        return tokens.getFloat(row / length, row % length, column);
    }

    private NDArray normal(long... shape) {
        Shape all = new Shape(shape);
        return manager.create(random.normal((int) all.size()), all);
    }
}
