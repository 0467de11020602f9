package io.dmm.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import io.dmm.Reference;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureSumsTest {

    /** Gives picture after picture the features of the reference, in batches of any size. */
    private static final class Recorded implements FeatureExtractor {
        private final JsonNode features;
        private final double factor;
        private int next;

        Recorded(String name, double factor) {
            this.features = Reference.json("frechet/values.json").get("features").get(name);
            this.factor = factor;
        }

        @Override
        public String name() {
            return "recorded";
        }

        @Override
        public int width() {
            return features.get(0).size();
        }

        @Override
        public NDArray features(NDArray pixels) {
            int count = (int) pixels.getShape().get(0);
            double[][] rows = new double[count][];
            for (int i = 0; i < count; i++) {
                rows[i] = FrechetDistanceTest.values(features.get(next++));
            }
            NDArray array = pixels.getManager().create(rows[0]).reshape(1, width());
            for (int i = 1; i < count; i++) {
                array = array.concat(pixels.getManager().create(rows[i]).reshape(1, width()));
            }
            return array.mul(factor);
        }

        @Override
        public void close() {}
    }

    @Test
    void statistics_areThoseOfNumPy() {
        JsonNode reference = Reference.json("frechet/values.json");
        FeatureStatistics statistics = statistics("many", 1, 7, 1, 52);
        double[] mean = FrechetDistanceTest.values(reference.get("means").get("many"));
        double[] covariance = FrechetDistanceTest.values(reference.get("covariances").get("many"));
        assertArrayEquals(mean, statistics.mean(), 1e-12);
        assertArrayEquals(covariance, statistics.covariance(), 1e-11);
        assertEquals(60, statistics.count());
    }

    @Test
    void onePicture_isRefused() {
        assertEquals(
                "feature statistics: expected at least 2 pictures but was 1",
                assertThrows(IllegalArgumentException.class, () -> statistics("few", 1, 1))
                        .getMessage());
    }

    @Test
    void featuresThatAreNotFinite_areRefused() {
        assertEquals(
                "feature statistics: expected finite features but recorded gave others",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> statistics("few", Double.POSITIVE_INFINITY, 7))
                        .getMessage());
    }

    private static FeatureStatistics statistics(String name, double factor, int... batches) {
        try (FeatureSums sums = new FeatureSums(new Recorded(name, factor))) {
            for (int batch : batches) {
                List<BufferedImage> pictures = new ArrayList<>();
                for (int i = 0; i < batch; i++) {
                    pictures.add(new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB));
                }
                sums.add(pictures);
            }
            return sums.statistics();
        }
    }
}
