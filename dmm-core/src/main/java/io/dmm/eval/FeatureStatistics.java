package io.dmm.eval;

import java.util.Arrays;

/**
 * Mean and covariance of pictures' features: the normal distribution that stands for them in FID.
 *
 * @param extractor whose features they are
 * @param count of the pictures, at least 2
 * @param mean (D)
 * @param covariance (D, D) row by row, unbiased: divided by one less than there are pictures
 */
public record FeatureStatistics(String extractor, long count, double[] mean, double[] covariance) {

    public FeatureStatistics {
        if (count < 2) {
            throw new IllegalArgumentException(
                    "feature statistics: expected at least 2 pictures but was " + count);
        }
        if (covariance.length != mean.length * mean.length) {
            throw new IllegalArgumentException(
                    "feature statistics: covariance, expected %d × %d values but was %d"
                            .formatted(mean.length, mean.length, covariance.length));
        }
        if (!isFinite(mean) || !isFinite(covariance)) {
            throw new IllegalArgumentException(
                    "feature statistics: expected finite features but "
                            + extractor
                            + " gave others");
        }
    }

    private static boolean isFinite(double[] values) {
        return Arrays.stream(values).allMatch(Double::isFinite);
    }

    /** How many features a picture has. */
    public int width() {
        return mean.length;
    }
}
