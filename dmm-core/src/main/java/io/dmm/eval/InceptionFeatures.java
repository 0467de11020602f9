package io.dmm.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.model.inception.InceptionV3;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.SafeTensorsFile;
import io.dmm.weights.TensorFile;
import io.dmm.weights.TensorInfo;
import io.dmm.weights.Weights;
import java.nio.file.Path;

/**
 * FID's own features (Heusel et al., arXiv 1706.08500): those of Inception-v3 before its
 * classifier, from the weights that pytorch-fid measures with. Safe for use by several threads.
 */
public final class InceptionFeatures implements FeatureExtractor {
    private static final String CLASSIFIER = "fc.weight";
    private static final Shape OF_FID = new Shape(1008, InceptionV3.FEATURES);
    private static final Shape OF_TORCHVISION = new Shape(1000, InceptionV3.FEATURES);

    private final NDManager manager;
    private final InceptionV3 network;

    private InceptionFeatures(NDManager manager, InceptionV3 network) {
        this.manager = manager;
        this.network = network;
    }

    /**
     * Reads the weights of pytorch-fid, saved as safetensors; the caller closes the result.
     *
     * <p>Pytorch-fid publishes a pickle, which could run code when read. This makes a safetensors
     * file of it, in Python with torch and safetensors:
     *
     * <pre>{@code
     * import torch, safetensors.torch as s; s.save_file({k: v.contiguous() for k, v in torch.load("pt_inception-2015-12-05-6726825d.pth", weights_only=True).items()}, "inception.safetensors")
     * }</pre>
     *
     * @throws ModelFileException for a missing, broken or foreign file; also for torchvision's
     *     Inception-v3, whose tensors have the same names but give other distances
     */
    public static InceptionFeatures load(Path file) {
        NDManager manager = Compute.newManager();
        try (TensorFile tensors = SafeTensorsFile.open(file)) {
            requireFid(tensors);
            Weights weights = Weights.load(tensors, manager, Precision.FP32);
            InceptionV3 network = new InceptionV3(weights);
            weights.taken().values().forEach(NDArray::close);
            return new InceptionFeatures(manager, network);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** FID's network was trained to tell 1008 classes, which is the only outward sign of it. */
    private static void requireFid(TensorFile file) {
        TensorInfo classifier = file.tensors().get(CLASSIFIER);
        Shape shape = classifier == null ? null : classifier.shape();
        if (!OF_FID.equals(shape)) {
            throw new ModelFileException(
                    "%s: %s, expected %s as in pytorch-fid's weights but was %s; %s"
                            .formatted(
                                    file.where(),
                                    CLASSIFIER,
                                    OF_FID,
                                    shape == null ? "missing" : shape,
                                    likelyCause(shape)));
        }
    }

    private static String likelyCause(Shape classifier) {
        if (classifier == null) {
            return "it is another network, or was saved without its classifier, which tells FID's"
                    + " weights from others";
        }
        return classifier.equals(OF_TORCHVISION)
                ? "these are probably torchvision's weights, whose distances are not FID's"
                : "it is another network, or one that was trained on other classes";
    }

    @Override
    public String name() {
        return "Inception-v3, pool3";
    }

    @Override
    public int width() {
        return InceptionV3.FEATURES;
    }

    @Override
    public NDArray features(NDArray pixels) {
        return network.forward(pixels);
    }

    @Override
    public void close() {
        manager.close();
    }
}
