package io.dmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import io.dmm.pipeline.LabelledMatrix;
import io.dmm.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StyleSimilarityTest {
    private static final String[] STYLES = {"ink", "oil", "pixel"};

    @TempDir private Path folder;

    @Test
    void cosines_areOfWhatTheNetworkAddsForEachStyle() {
        double[][] embeddings;
        try (StableDiffusion model = SmallModels.styled(STYLES)) {
            embeddings = embeddings(model.unet().parameters());
            SmallModels.write(folder, model);
        }
        try (MergedModel merged = MergedModel.load(folder)) {
            LabelledMatrix matrix = merged.styleSimilarity();
            assertEquals(List.of(STYLES), matrix.rowLabels());
            assertEquals(List.of(STYLES), matrix.columnLabels());
            for (int row = 0; row < STYLES.length; row++) {
                assertEquals(1, matrix.value(row, row), 1e-9);
                for (int column = 0; column < STYLES.length; column++) {
                    double[] a = embeddings[row];
                    double[] b = embeddings[column];
                    double expected = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
                    assertEquals(expected, matrix.value(row, column), 1e-5);
                    assertTrue(row == column || Math.abs(expected) < 0.999, "alike: " + expected);
                }
            }
        }
    }

    @Test
    void styleThatAddsNothing_hasNoCosine() {
        try (StableDiffusion model = SmallModels.styled(STYLES)) {
            Map<String, NDArray> parameters = model.unet().parameters();
            parameters.get("add_embedding.linear_2.weight").muli(0);
            parameters.get("add_embedding.linear_2.bias").muli(0);
            assertEquals(Double.NaN, StyleSimilarity.of(model).value(0, 1));
        }
    }

    @Test
    void arrays_areFreed() {
        try (StableDiffusion model = SmallModels.styled(STYLES)) {
            int before = model.manager().getManagedArrays().size();
            StyleSimilarity.of(model);
            assertEquals(before, model.manager().getManagedArrays().size());
        }
    }

    /** The MLP of appendix A.1 on each row of the codebook. */
    private static double[][] embeddings(Map<String, NDArray> parameters) {
        float[] codebook = parameters.get("model_embedding.weight").toFloatArray();
        int width = codebook.length / STYLES.length;
        double[][] embeddings = new double[STYLES.length][];
        for (int style = 0; style < STYLES.length; style++) {
            double[] row = new double[width];
            for (int i = 0; i < width; i++) {
                row[i] = codebook[style * width + i];
            }
            double[] hidden = linear(parameters, "add_embedding.linear_1", row);
            for (int i = 0; i < width; i++) {
                hidden[i] /= 1 + Math.exp(-hidden[i]); // SiLU
            }
            embeddings[style] = linear(parameters, "add_embedding.linear_2", hidden);
        }
        return embeddings;
    }

    private static double[] linear(Map<String, NDArray> parameters, String name, double[] in) {
        float[] weight = parameters.get(name + ".weight").toFloatArray();
        float[] bias = parameters.get(name + ".bias").toFloatArray();
        double[] out = new double[bias.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = bias[i];
            for (int j = 0; j < in.length; j++) {
                out[i] += weight[i * in.length + j] * in[j];
            }
        }
        return out;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
