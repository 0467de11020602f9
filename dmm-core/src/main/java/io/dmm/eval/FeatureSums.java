package io.dmm.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.Batches;
import io.dmm.data.Pixels;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Gathers {@link FeatureStatistics} of any number of pictures, some at a time; the sums are kept in
 * double precision.
 */
public final class FeatureSums implements AutoCloseable {
    private final FeatureExtractor extractor;
    private final NDManager manager = Compute.newManager();
    private final NDArray sum; // (D)
    private final NDArray products; // (D, D)
    private long count;

    /**
     * Begins with no picture.
     *
     * @param extractor stays the caller's
     */
    public FeatureSums(FeatureExtractor extractor) {
        this.extractor = extractor;
        int width = extractor.width();
        sum = manager.zeros(new Shape(width), DataType.FLOAT64);
        products = manager.zeros(new Shape(width, width), DataType.FLOAT64);
    }

    /** Adds pictures, all of one size. */
    public void add(List<BufferedImage> pictures) {
        for (int from = 0, to; from < pictures.size(); from = to) {
            BufferedImage first = pictures.get(from);
            int atOnce = Batches.of(first.getWidth(), first.getHeight());
            to = Math.min(from + atOnce, pictures.size());
            addBatch(pictures.subList(from, to));
        }
    }

    private void addBatch(List<BufferedImage> pictures) {
        try (NDManager memory = manager.newSubManager();
                GradMode mode = GradMode.off()) {
            NDArray features = extractor.features(Pixels.toArray(memory, pictures));
            features.attach(memory);
            NDArray exact = features.toType(DataType.FLOAT64, false);
            exact.attach(memory);
            sum.addi(exact.sum(new int[] {0}));
            products.addi(exact.transpose().matMul(exact));
        }
        count += pictures.size();
    }

    /**
     * Of the pictures so far.
     *
     * @throws IllegalArgumentException if there are fewer than two, or their features are not
     *     finite
     */
    public FeatureStatistics statistics() {
        double[] mean = sum.toDoubleArray();
        double[] covariance = products.toDoubleArray();
        int width = mean.length;
        for (int i = 0; i < width; i++) {
            mean[i] /= count;
        }
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                int cell = i * width + j;
                covariance[cell] = (covariance[cell] - count * mean[i] * mean[j]) / (count - 1);
            }
        }
        return new FeatureStatistics(extractor.name(), count, mean, covariance);
    }

    @Override
    public void close() {
        manager.close();
    }
}
