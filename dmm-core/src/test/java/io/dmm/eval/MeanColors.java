package io.dmm.eval;

import ai.djl.ndarray.NDArray;

/** The mean of each color channel as features: three that any picture has. */
public final class MeanColors implements FeatureExtractor {

    @Override
    public String name() {
        return "mean colors";
    }

    @Override
    public int width() {
        return 3;
    }

    @Override
    public NDArray features(NDArray pixels) {
        return pixels.mean(new int[] {3}).mean(new int[] {2});
    }

    @Override
    public void close() {}
}
