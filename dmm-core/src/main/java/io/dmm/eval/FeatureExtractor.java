package io.dmm.eval;

import ai.djl.ndarray.NDArray;

/**
 * A network that turns pictures into vectors, whose distributions are compared in the place of the
 * pictures' (FID: Heusel et al., arXiv 1706.08500, section 3). Distances of different extractors
 * have nothing in common.
 */
public interface FeatureExtractor extends AutoCloseable {
    /** What it is, as it stands beside a figure. */
    String name();

    /** How many features a picture has. */
    int width();

    /**
     * The features of pictures.
     *
     * @param pixels (B, 3, H, W) in [−1, 1]
     * @return (B, D) beside the pixels, without gradient
     */
    NDArray features(NDArray pixels);

    @Override
    void close();
}
