package io.dmm.tinyworld;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.eval.FeatureExtractor;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.weights.ModelFolder;
import java.nio.file.Path;

/** The features by which a {@link PictureClassifier} tells pictures apart. */
final class PictureFeatures implements FeatureExtractor {
    private static final Shape PICTURE = new Shape(3, Painter.SIZE, Painter.SIZE);

    private final NDManager manager;
    private final PictureClassifier classifier;

    private PictureFeatures(NDManager manager, PictureClassifier classifier) {
        this.manager = manager;
        this.classifier = classifier;
    }

    /**
     * @throws io.dmm.weights.ModelFileException for a missing or foreign file
     */
    static PictureFeatures load(Path folder) {
        NDManager manager = Compute.newManager();
        try {
            ModelFolder files = ModelFolder.open(folder);
            return new PictureFeatures(manager, PictureClassifier.read(files, manager));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    PictureClassifier classifier() {
        return classifier;
    }

    @Override
    public String name() {
        return "tiny world's classifier";
    }

    @Override
    public int width() {
        return classifier.config().features();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the pictures are not 64 × 64, as the classifier knows
     *     them
     */
    @Override
    public NDArray features(NDArray pixels) {
        Shape shape = pixels.getShape();
        if (shape.dimension() != 4 || !shape.slice(1).equals(PICTURE)) {
            throw new IllegalArgumentException(
                    "%s: pixels, expected shape (B, 3, %d, %d) but was %s; it knows the tiny world's pictures alone"
                            .formatted(name(), Painter.SIZE, Painter.SIZE, shape));
        }
        try (GradMode mode = GradMode.off()) {
            return classifier.features(pixels);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
