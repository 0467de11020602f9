package io.dmm.model.inception;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.dmm.GeneratedInception;
import io.dmm.Reference;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Precision;
import io.dmm.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the network against pytorch-fid's. */
class InceptionV3Test {
    /** Pytorch-fid itself is up to 1.3e-5 deviations from what it gives in double precision. */
    private static final double TOLERANCE = 4e-5;

    private static Reference reference;
    private static Weights weights;
    private static InceptionV3 network;

    @BeforeAll
    static void load() {
        reference = Reference.open("inception");
        weights = Weights.of(GeneratedInception.tensors(reference.manager()), "generated");
        network = new InceptionV3(weights);
    }

    @AfterAll
    static void close() {
        reference.close();
    }

    @Test
    void takesEveryTensorButTheClassifiers() {
        Map<String, Shape> expected = GeneratedInception.shapes();
        expected.keySet().removeIf(name -> name.startsWith("fc."));
        assertEquals(expected, Weights.shapes(weights.taken()));
    }

    @Test
    void everyLayer_equalsPytorchFid() {
        List<String> names = new ArrayList<>();
        NDArray features =
                network.forward(
                        pictures(),
                        (name, output) -> {
                            NDArray sample = output.get(new NDIndex(":, ::12, ::5, ::13"));
                            reference.assertClose(name, sample, TOLERANCE);
                            names.add(name);
                        });
        reference.assertClose("features", features, TOLERANCE);
        assertEquals(18, names.size());
    }

    @Test
    void batch_equalsItsPicturesOneByOne() {
        for (int i = 0; i < 2; i++) {
            assertFeatures(i, picture(i));
        }
    }

    @Test
    void pictureOf299_isTakenAsItIs() {
        assertFeatures(0, Ops.resizeBilinear(picture(0), 299, 299));
    }

    @Test
    void pictureOfAnotherSize_isResized() {
        NDArray picture = Ops.resizeBilinear(picture(1), 640, 17);
        NDArray resized = Ops.resizeBilinear(picture, 299, 299);
        assertArrayEquals(
                network.forward(resized).toFloatArray(), network.forward(picture).toFloatArray());
    }

    @Test
    void otherShapes_areRefused() {
        for (Shape shape :
                List.of(new Shape(3, 8, 8), new Shape(1, 4, 8, 8), new Shape(0, 3, 8, 8))) {
            NDArray pixels = reference.manager().zeros(shape);
            Exception e =
                    assertThrows(IllegalArgumentException.class, () -> network.forward(pixels));
            assertEquals(
                    "Inception-v3: pixels, expected (B, 3, H, W) but was " + shape, e.getMessage());
        }
    }

    @Test
    void forward_recordsNoGradientAndLeavesNothingButItsResult() {
        try (NDManager manager = reference.manager().newSubManager();
                GradMode mode = GradMode.on()) {
            NDArray pixels = manager.zeros(new Shape(1, 3, 8, 8));
            pixels.setRequiresGradient(true);
            NDArray features = network.forward(pixels);
            assertEquals(2, manager.getManagedArrays().size());
            assertThrows(EngineException.class, () -> GradMode.backward(features.sum()));
        }
    }

    @Test
    void bf16_isRefused() {
        Weights bf16 = Weights.of(Map.of(), "none", Precision.BF16);
        Exception e = assertThrows(IllegalStateException.class, () -> new InceptionV3(bf16));
        assertTrue(e.getMessage().startsWith("Inception-v3, expected FP32"), e.getMessage());
    }

    private static void assertFeatures(int index, NDArray picture) {
        NDArray expected = reference.value("features").get(index).expandDims(0);
        Reference.assertClose(expected, network.forward(picture), TOLERANCE, "picture " + index);
    }

    private static NDArray picture(int index) {
        return pictures().get(index).expandDims(0);
    }

    private static NDArray pictures() {
        return reference.value("pictures").toType(DataType.FLOAT32, false).div(127.5f).sub(1);
    }
}
