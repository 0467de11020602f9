package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Precision;
import java.util.List;

/**
 * A forward pass of a {@link UNet} under training that waits for its loss: {@link UNet#record} →
 * losses of {@link #noisePred} and {@link #features} → {@link #backward}, once.
 *
 * <p>Its arrays are on the manager of the latents, and {@link #backward} frees them.
 */
public final class RecordedPass {
    private final NDArray noisePred;
    private final List<NDArray> blocks;
    private final Precision precision;
    private final Segments segments;
    private List<NDArray> features;

    /**
     * @param blocks their outputs, in the precision of the network
     */
    RecordedPass(NDArray noisePred, List<NDArray> blocks, Precision precision, Segments segments) {
        this.noisePred = noisePred;
        this.blocks = List.copyOf(blocks);
        this.precision = precision;
        this.segments = segments;
    }

    /** The predicted noise (B, C, H, W), in fp32. */
    public NDArray noisePred() {
        return noisePred;
    }

    /**
     * The outputs of all blocks in fp32, for imitation (DMM, arXiv 2504.12364, Eq. 10), in the
     * order that {@link UNet#forward(NDArray, float[], NDArray, NDArray, List)} gives.
     */
    public List<NDArray> features() {
        if (features == null) {
            try (GradMode on = GradMode.on()) {
                features = blocks.stream().map(precision::out).toList();
            }
        }
        return features;
    }

    /**
     * Adds the gradient of {@code loss} to that of every parameter it depends on, and frees this
     * pass. Values that are needed later must be read or copied before.
     *
     * @param loss a scalar computed from {@link #noisePred}, {@link #features} or both
     */
    public void backward(NDArray loss) {
        try (GradMode on = GradMode.on()) {
            GradMode.backward(loss);
            segments.backward();
        } finally {
            noisePred.close();
            blocks.forEach(NDArray::close);
            if (features != null) {
                features.forEach(NDArray::close);
            }
        }
    }
}
