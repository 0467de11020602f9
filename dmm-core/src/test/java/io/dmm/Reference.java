package io.dmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.ConfigNode;
import io.dmm.weights.TensorFile;
import io.dmm.weights.Weights;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A fixture folder: the config and weights of a small model and the values to compare with. */
public final class Reference implements AutoCloseable {
    private final NDManager manager = Compute.newManager();
    private final Path folder;
    private final TensorFile values;

    private Reference(Path folder) {
        this.folder = folder;
        values = TensorFile.open(folder.resolve("values.safetensors"));
    }

    public static Reference open(String name) {
        return new Reference(path(name));
    }

    /** The content of a JSON file among the fixtures. */
    public static JsonNode json(String name) {
        try {
            return new ObjectMapper().readTree(path(name).toFile());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A file or folder among the fixtures. */
    public static Path path(String name) {
        try {
            return Path.of(Reference.class.getResource("/reference/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Owns all that this reference hands out. */
    public NDManager manager() {
        return manager;
    }

    public ConfigNode config() {
        String name = folder.getFileName() + "/config.json";
        return new ConfigNode(json(name), name);
    }

    public Weights weights() {
        return weights(Precision.FP32);
    }

    public Weights weights(Precision precision) {
        return Weights.load(weightFile(), manager, precision);
    }

    /** The weights as a file, which the caller closes. */
    public TensorFile weightFile() {
        Path diffusers = folder.resolve("diffusion_pytorch_model.safetensors");
        return TensorFile.open(
                Files.exists(diffusers) ? diffusers : folder.resolve("model.safetensors"));
    }

    public NDArray value(String key) {
        return values.load(key, manager);
    }

    /** Requires every element of {@code actual} to be near the value {@code key}. */
    public void assertClose(String key, NDArray actual, double tolerance) {
        assertClose(value(key), actual, tolerance, key);
    }

    /**
     * Requires equal shapes and every element within {@code tolerance} of the expected, measured in
     * standard deviations of the expected values.
     */
    public static void assertClose(
            NDArray expected, NDArray actual, double tolerance, String what) {
        assertEquals(expected.getShape(), actual.getShape(), what);
        double difference = largestDifference(expected.toFloatArray(), actual.toFloatArray());
        assertTrue(
                difference <= tolerance,
                () -> what + ": differs by " + difference + " deviations, allowed " + tolerance);
    }

    /** The largest difference of two elements in standard deviations of the expected values. */
    public static double largestDifference(float[] expected, float[] actual) {
        double sum = 0;
        double squares = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            sum += expected[i];
            squares += (double) expected[i] * expected[i];
            double difference = Math.abs((double) expected[i] - actual[i]);
            largest =
                    Double.isNaN(difference)
                            ? Double.POSITIVE_INFINITY
                            : Math.max(largest, difference);
        }
        double mean = sum / expected.length;
        return largest / Math.sqrt(squares / expected.length - mean * mean);
    }

    @Override
    public void close() {
        values.close();
        manager.close();
    }
}
