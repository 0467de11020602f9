package io.dmm.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.GeneratedInception;
import io.dmm.model.inception.InceptionV3;
import io.dmm.tensor.Compute;
import io.dmm.weights.DType;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.SafeTensorsWriter;
import io.dmm.weights.Weights;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InceptionFeaturesTest {
    private static final Shape FC = new Shape(1008, 2048);

    private final NDManager manager = Compute.newManager();
    @TempDir Path folder;

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void features_areThoseOfTheNetworkInTheFile() {
        Map<String, NDArray> tensors = GeneratedInception.tensors(manager);
        tensors.put("Mixed_5b.branch1x1.bn.num_batches_tracked", manager.create(7L));
        Path file = write(tensors);
        NDArray pixels = manager.create(new float[] {-1, 0.5f, 1}, new Shape(1, 3, 1, 1));
        NDArray expected = new InceptionV3(Weights.of(tensors, "generated")).forward(pixels);
        try (FeatureExtractor extractor = InceptionFeatures.load(file)) {
            NDArray features = extractor.features(pixels);
            assertEquals("Inception-v3, pool3", extractor.name());
            assertEquals(new Shape(1, extractor.width()), features.getShape());
            assertArrayEquals(expected.toFloatArray(), features.toFloatArray());
        }
    }

    @Test
    void torchvisionsWeights_areRefused() {
        assertRefused(
                write(Map.of("fc.weight", manager.zeros(new Shape(1000, 2048)))),
                "fc.weight, expected (1008, 2048) as in pytorch-fid's weights but was (1000, 2048);"
                        + " these are probably torchvision's weights, whose distances are not FID's");
    }

    @Test
    void otherClassifiers_areRefused() {
        assertRefused(
                write(Map.of("fc.weight", manager.zeros(new Shape(10, 2048)))),
                "fc.weight, expected (1008, 2048) as in pytorch-fid's weights but was (10, 2048);"
                        + " it is another network, or one that was trained on other classes");
    }

    @Test
    void missingClassifier_isNamed() {
        assertRefused(
                write(Map.of("Conv2d_1a_3x3.bn.bias", manager.zeros(new Shape(32)))),
                "fc.weight, expected (1008, 2048) as in pytorch-fid's weights but was missing;"
                        + " it is another network, or was saved without its classifier");
    }

    @Test
    void wrongShape_isNamed() {
        NDArray kernel = manager.zeros(new Shape(32, 3, 5, 5));
        assertRefused(
                write(Map.of("fc.weight", manager.zeros(FC), "Conv2d_1a_3x3.conv.weight", kernel)),
                "tensor 'Conv2d_1a_3x3.conv.weight', expected shape (32, 3, 3, 3) but was (32, 3, 5, 5)");
    }

    @Test
    void missingTensor_isNamed() {
        assertRefused(
                write(Map.of("fc.weight", manager.zeros(FC))),
                "tensor 'Conv2d_1a_3x3.conv.weight' is missing, expected shape (32, 3, 3, 3)");
    }

    @Test
    void notANumber_isNamed() throws IOException {
        NDArray kernel = manager.zeros(new Shape(32, 3, 3, 3));
        Path file =
                write(Map.of("fc.weight", manager.zeros(FC), "Conv2d_1a_3x3.conv.weight", kernel));
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(bytes.length() - Float.BYTES * FC.size() - Float.BYTES);
            bytes.writeInt(Integer.reverseBytes(Float.floatToIntBits(Float.NaN)));
        }
        assertRefused(file, "Conv2d_1a_3x3.conv.weight holds values that are NaN or infinite");
    }

    @Test
    void pickle_isRefusedWithAWayOut() throws IOException {
        Path file = folder.resolve("pt_inception-2015-12-05-6726825d.pth");
        Files.write(
                file, new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 'l', (byte) 0xfc, 0, 0, 0, 0});
        assertRefused(
                file,
                "is a PyTorch pickle or zip, expected safetensors; pickles can run code when read,"
                        + " so convert it first with safetensors.torch.save_file in Python");
    }

    private Path write(Map<String, NDArray> tensors) {
        Path file = folder.resolve("inception.safetensors");
        SafeTensorsWriter.write(file, tensors, DType.F32, Map.of());
        return file;
    }

    private static void assertRefused(Path file, String message) {
        Exception e = assertThrows(ModelFileException.class, () -> InceptionFeatures.load(file));
        assertTrue(e.getMessage().startsWith(file + ": " + message), e.getMessage());
    }
}
