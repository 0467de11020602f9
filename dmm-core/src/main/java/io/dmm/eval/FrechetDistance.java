package io.dmm.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;

/**
 * Fréchet distance of two normal distributions (FID, Heusel et al., arXiv 1706.08500, equation 6):
 * ‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½).
 *
 * <p>The trace of the root is Σ √λ over the eigenvalues of Σ₂^½ Σ₁ Σ₂^½, which is symmetric: no
 * complex root, and none to be helped where there are fewer pictures than features.
 */
public final class FrechetDistance {
    private final FeatureStatistics target;
    private final double[] root;

    private FrechetDistance(FeatureStatistics target) {
        this.target = target;
        try (NDManager memory = Compute.newManager();
                GradMode mode = GradMode.off()) {
            root = Ops.symmetricRoot(covariance(memory, target)).toDoubleArray();
        }
    }

    /** Begins distances to one distribution, whose root is taken once. */
    public static FrechetDistance to(FeatureStatistics target) {
        return new FrechetDistance(target);
    }

    /**
     * At least 0, and 0 for the same statistics.
     *
     * @throws IllegalArgumentException if the features are another extractor's
     */
    public double from(FeatureStatistics other) {
        if (!other.extractor().equals(target.extractor()) || other.width() != target.width()) {
            throw new IllegalArgumentException(
                    "Fréchet distance: expected %d features of %s but was %d of %s"
                            .formatted(
                                    target.width(),
                                    target.extractor(),
                                    other.width(),
                                    other.extractor()));
        }
        double distance = -2 * rootTrace(other);
        int width = target.width();
        for (int i = 0; i < width; i++) {
            double difference = other.mean()[i] - target.mean()[i];
            int diagonal = i * (width + 1);
            distance +=
                    difference * difference
                            + other.covariance()[diagonal]
                            + target.covariance()[diagonal];
        }
        return Math.max(0, distance);
    }

    private double rootTrace(FeatureStatistics other) {
        try (NDManager memory = Compute.newManager();
                GradMode mode = GradMode.off()) {
            int width = target.width();
            NDArray ofTarget = memory.create(root, new Shape(width, width));
            return Ops.value(Ops.rootTrace(ofTarget, covariance(memory, other)));
        }
    }

    private static NDArray covariance(NDManager memory, FeatureStatistics statistics) {
        int width = statistics.width();
        return memory.create(statistics.covariance(), new Shape(width, width));
    }
}
