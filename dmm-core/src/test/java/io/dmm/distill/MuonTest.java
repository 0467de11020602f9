package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Holds the optimiser against its equations in double precision. */
class MuonTest {
    private static final double RATE = 0.01;
    private static final double DECAY = 0.1;

    private final NDManager manager = Compute.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void matrices_takeTheOrthogonalisedMomentum() {
        for (Shape shape : new Shape[] {new Shape(3, 7), new Shape(7, 3), new Shape(4, 2, 3, 3)}) {
            NDArray weight = random(shape, 0);
            int rows = (int) shape.get(0);
            double[][] expected = matrix(weight, rows);
            double[][] momentum = new double[rows][expected[0].length];
            try (Muon optimizer = new Muon(manager, Map.of("kernel", weight), DECAY)) {
                for (int step = 1; step <= 3; step++) {
                    NDArray gradient = random(shape, step);
                    accumulate(weight, gradient);
                    optimizer.step(RATE, 1e30);
                    byHand(expected, momentum, matrix(gradient, rows));
                }
            }
            double[][] actual = matrix(weight, rows);
            for (int i = 0; i < rows; i++) {
                assertArrayEquals(expected[i], actual[i], 1e-5, shape.toString());
            }
        }
    }

    @Test
    void whatIsNoMatrixBetweenLayers_isTrainedByAdamW() {
        Map<String, NDArray> parameters = new LinkedHashMap<>();
        parameters.put("conv_in.weight", random(new Shape(2, 2, 3, 3), 1));
        parameters.put("block.weight", random(new Shape(3, 4), 2));
        parameters.put("block.bias", random(new Shape(3), 3));
        parameters.put("model_embedding.weight", random(new Shape(2, 4), 4));
        parameters.put("time_embedding.linear_1.weight", random(new Shape(4, 4), 5));
        try (Muon optimizer = new Muon(manager, parameters, 0)) {
            assertEquals(
                    Set.of(
                            "momentum.block.weight",
                            "momentum.time_embedding.linear_1.weight",
                            "mean.conv_in.weight",
                            "variance.conv_in.weight",
                            "step.conv_in.weight",
                            "mean.block.bias",
                            "variance.block.bias",
                            "step.block.bias",
                            "mean.model_embedding.weight",
                            "variance.model_embedding.weight",
                            "step.model_embedding.weight"),
                    optimizer.state().keySet());
            float[] before = parameters.get("block.bias").toFloatArray();
            parameters.values().forEach(array -> accumulate(array, array.onesLike()));
            optimizer.step(RATE, 1e30);
            float[] after = parameters.get("block.bias").toFloatArray();
            // the first step of AdamW has the length of the rate
            assertEquals(RATE, before[0] - after[0], 1e-6);
        }
    }

    @Test
    void gradientThatIsNotFinite_changesNothing() {
        NDArray weight = random(new Shape(2, 3), 1);
        float[] before = weight.toFloatArray();
        try (Muon optimizer = new Muon(manager, Map.of("kernel", weight), DECAY)) {
            accumulate(weight, weight.mul(Float.NaN));
            assertTrue(Double.isNaN(optimizer.step(RATE, 1)));
            assertArrayEquals(before, weight.toFloatArray());
            assertArrayEquals(new float[6], weight.getGradient().toFloatArray());
        }
    }

    private NDArray random(Shape shape, long step) {
        float[] values = PhiloxRandom.of(3, step, Purpose.NOISE).normals((int) shape.size());
        return manager.create(values, shape);
    }

    private static void accumulate(NDArray parameter, NDArray gradient) {
        try (GradMode mode = GradMode.on()) {
            GradMode.backward(parameter.mul(gradient).sum());
        }
    }

    private static double[][] matrix(NDArray array, int rows) {
        float[] values = array.toFloatArray();
        double[][] matrix = new double[rows][values.length / rows];
        for (int i = 0; i < values.length; i++) {
            matrix[i / matrix[0].length][i % matrix[0].length] = values[i];
        }
        return matrix;
    }

    /** m ← 0.9 m + g; w ← (1 − ηλ) w − 0.2 η √max(rows, columns) · orthogonal(g + 0.9 m). */
    private static void byHand(double[][] weight, double[][] momentum, double[][] gradient) {
        int rows = weight.length;
        int columns = weight[0].length;
        double[][] update = new double[rows][columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                momentum[i][j] = 0.9 * momentum[i][j] + gradient[i][j];
                update[i][j] = gradient[i][j] + 0.9 * momentum[i][j];
            }
        }
        double[][] orthogonal =
                rows > columns
                        ? transposed(newtonSchulz(transposed(update)))
                        : newtonSchulz(update);
        double length = 0.2 * RATE * Math.sqrt(Math.max(rows, columns));
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                weight[i][j] = (1 - RATE * DECAY) * weight[i][j] - length * orthogonal[i][j];
            }
        }
    }

    /** Five times x ← 3.4445 x − 4.775 x xᵀ x + 2.0315 (x xᵀ)² x, from a norm of one. */
    private static double[][] newtonSchulz(double[][] start) {
        double norm = 0;
        for (double[] row : start) {
            for (double value : row) {
                norm += value * value;
            }
        }
        double[][] x = sum(1 / Math.sqrt(norm), start, 0, start);
        for (int i = 0; i < 5; i++) {
            double[][] a = product(x, transposed(x));
            double[][] b = sum(-4.775, a, 2.0315, product(a, a));
            x = sum(3.4445, x, 1, product(b, x));
        }
        return x;
    }

    private static double[][] sum(double p, double[][] a, double q, double[][] b) {
        double[][] sum = new double[a.length][a[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                sum[i][j] = p * a[i][j] + q * b[i][j];
            }
        }
        return sum;
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] product = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b[0].length; j++) {
                for (int k = 0; k < b.length; k++) {
                    product[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return product;
    }

    private static double[][] transposed(double[][] a) {
        double[][] transposed = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                transposed[j][i] = a[i][j];
            }
        }
        return transposed;
    }
}
