package io.dmm.model.inception;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Inception-v3 (Szegedy et al., arXiv 1512.00567) up to its last pooling, for inference in fp32. It
 * is the network of FID (Heusel et al., arXiv 1706.08500) as pytorch-fid has it, which differs from
 * torchvision's in what pooling does, though not in its tensors' names and shapes.
 */
public final class InceptionV3 {
    /** How many features a picture has. */
    public static final int FEATURES = 2048;

    private static final int SIZE = 299;

    private final Map<String, Layer> layers = new LinkedHashMap<>();

    /**
     * Folds each batch normalisation into its convolution. The results are arrays of their own
     * beside the weights, which may then be closed.
     *
     * @throws io.dmm.weights.ModelFileException when a tensor is missing or has another shape
     */
    public InceptionV3(Weights weights) {
        weights.precision().requireFp32("Inception-v3");
        int channels = 3;
        for (Map.Entry<String, Plan> each : InceptionBlocks.LAYERS) {
            Plan plan = each.getValue();
            layers.put(each.getKey(), plan.build(weights, each.getKey(), channels));
            channels = plan.out(channels);
        }
    }

    /**
     * The features of pictures, which are brought to 299×299 as pytorch-fid does: bilinearly and
     * without antialiasing.
     *
     * @param pixels (B, 3, H, W) in [−1, 1]
     * @return (B, 2048) beside the pixels, without gradient
     */
    public NDArray forward(NDArray pixels) {
        return forward(pixels, (name, output) -> {});
    }

    /**
     * As {@link #forward(NDArray)}.
     *
     * @param listener is shown what each layer gives, before it is freed
     */
    NDArray forward(NDArray pixels, BiConsumer<String, NDArray> listener) {
        Shape shape = pixels.getShape();
        if (shape.dimension() != 4 || shape.get(1) != 3 || shape.size() == 0) {
            throw new IllegalArgumentException(
                    "Inception-v3: pixels, expected (B, 3, H, W) but was " + shape);
        }
        try (GradMode mode = GradMode.off();
                Scope scope = Scope.over(pixels)) {
            NDArray h = Ops.resizeBilinear(pixels, SIZE, SIZE);
            for (Map.Entry<String, Layer> layer : layers.entrySet()) {
                NDArray output = layer.getValue().forward(h);
                h.close();
                h = output;
                listener.accept(layer.getKey(), h);
            }
            return scope.keep(h.reshape(shape.get(0), FEATURES, -1).mean(new int[] {2}));
        }
    }
}
