package io.dmm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.pipeline.LabelledMatrix;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.GradMode;
import java.util.ArrayList;
import java.util.List;

/** How alike the styles of a model are to its network. */
final class StyleSimilarity {
    private StyleSimilarity() {}

    /** The cosines between the styles' embeddings. */
    static LabelledMatrix of(StableDiffusion model) {
        try (NDManager memory = model.manager().newSubManager();
                GradMode mode = GradMode.off()) {
            NDArray embeddings = model.unet().styleEmbeddings(memory); // (N, D)
            int styles = model.styles().size();
            float[] values = embeddings.toFloatArray();
            int width = values.length / styles;
            List<List<Double>> cosines = new ArrayList<>();
            for (int row = 0; row < styles; row++) {
                List<Double> cells = new ArrayList<>();
                for (int column = 0; column < styles; column++) {
                    cells.add(cosine(values, row * width, column * width, width));
                }
                cosines.add(cells);
            }
            return new LabelledMatrix(
                    "Cosine between styles", model.styles(), model.styles(), cosines);
        }
    }

    /** Not a number for a style that adds nothing. */
    private static double cosine(float[] values, int a, int b, int width) {
        double product = 0;
        double lengthA = 0;
        double lengthB = 0;
        for (int i = 0; i < width; i++) {
            product += (double) values[a + i] * values[b + i];
            lengthA += (double) values[a + i] * values[a + i];
            lengthB += (double) values[b + i] * values[b + i];
        }
        return product / Math.sqrt(lengthA * lengthB);
    }
}
