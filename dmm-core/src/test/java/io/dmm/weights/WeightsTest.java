package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsTest {
    private final NDManager manager = Compute.newManager();
    @TempDir Path folder;

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void load_takesTensorsByTheirFullName() {
        try (TensorFile file = file()) {
            Weights weights = Weights.load(file, manager, Precision.FP32);
            NDArray weight = weights.at("mid_block").at("resnets.0").get("weight", 2, 3);
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, weight.toFloatArray());
            assertEquals(
                    List.of("mid_block.resnets.0.weight"), List.copyOf(weights.taken().keySet()));
            assertSame(weight, weights.taken().get("mid_block.resnets.0.weight"));
        }
    }

    @Test
    void missingTensor_isNamedWithItsFileAndShape() {
        try (TensorFile file = file()) {
            Weights weights = Weights.load(file, manager, Precision.FP32).at("mid_block");
            ModelFileException failure =
                    assertThrows(ModelFileException.class, () -> weights.get("conv.bias", 4));
            assertEquals(
                    file.where() + ": tensor 'mid_block.conv.bias' is missing, expected shape (4)",
                    failure.getMessage());
        }
    }

    @Test
    void wrongShape_isNamedWithFileKeyExpectedAndFound() {
        try (TensorFile file = file()) {
            Weights weights = Weights.load(file, manager, Precision.FP32);
            int before = manager.getManagedArrays().size();
            ModelFileException failure =
                    assertThrows(
                            ModelFileException.class,
                            () -> weights.get("mid_block.resnets.0.weight", 3, 2));
            assertEquals(
                    file.where()
                            + ": tensor 'mid_block.resnets.0.weight', expected shape (3, 2) but was"
                            + " (2, 3); the weights belong to another architecture or config.json",
                    failure.getMessage());
            assertEquals(before, manager.getManagedArrays().size());
            assertTrue(weights.taken().isEmpty());
        }
    }

    @Test
    void existingTensors_areHandedOutAndCheckedAlike() {
        NDArray bias = manager.create(new float[] {1, 2});
        Weights weights = Weights.of(Map.of("conv.bias", bias), "student");
        assertSame(bias, weights.at("conv").get("bias", 2));
        assertThrows(ModelFileException.class, () -> weights.get("conv.bias", 3));
        ModelFileException failure =
                assertThrows(ModelFileException.class, () -> weights.get("weight", 2));
        assertEquals(
                "student: tensor 'weight' is missing, expected shape (2)", failure.getMessage());
    }

    @Test
    void bf16_keepsOneArrayPerTensorWithEightBitsOfPrecision() {
        try (TensorFile file = file()) {
            int before = manager.getManagedArrays().size();
            Weights weights = Weights.load(file, manager, Precision.BF16);
            NDArray weight = weights.get("third", 1);
            assertEquals(Precision.BF16, weights.at("x").precision());
            assertEquals(before + 1, manager.getManagedArrays().size());
            assertEquals(0.333984375f, Precision.BF16.out(weight).getFloat());
        }
    }

    @Test
    void initialValues_dependOnSeedAndNameOnly() {
        Weights first = Weights.initial(manager, 7);
        float[] weight = first.get("a.weight", 4, 3).toFloatArray();
        first.get("b.weight", 4, 3);

        Weights second = Weights.initial(manager, 7);
        float[] b = second.get("b.weight", 4, 3).toFloatArray();
        assertArrayEquals(weight, second.at("a").get("weight", 4, 3).toFloatArray());
        assertFalse(Arrays.equals(weight, b));

        float[] otherSeed = Weights.initial(manager, 8).get("a.weight", 4, 3).toFloatArray();
        assertFalse(Arrays.equals(weight, otherSeed));
    }

    @Test
    void initialWeightsAndBiases_areUniformWithinTheInverseRootOfFanIn() {
        Weights weights = Weights.initial(manager, 1).at("conv");
        double bound = 1 / Math.sqrt(16 * 9);
        for (NDArray values :
                List.of(weights.get("weight", 64, 16, 3, 3), weights.get("bias", 64))) {
            float largest = values.abs().max().getFloat();
            assertTrue(largest <= bound && largest > 0.9 * bound);
        }
        float[] weight = weights.taken().get("conv.weight").toFloatArray();
        double meanSquare =
                IntStream.range(0, weight.length)
                        .mapToDouble(i -> weight[i] * weight[i])
                        .average()
                        .getAsDouble();
        // 9216 draws: the estimate of a uniform variance scatters by 0.9 %
        assertEquals(bound * bound / 3, meanSquare, 0.05 * bound * bound / 3);
    }

    @Test
    void initialNormalisation_isOneAndZero() {
        Weights norm = Weights.initial(manager, 1).at("norm1");
        assertArrayEquals(new float[] {1, 1}, norm.get("weight", 2).toFloatArray());
        assertArrayEquals(new float[] {0, 0}, norm.get("bias", 2).toFloatArray());
    }

    @Test
    void initialEmbeddings_areNormalWithASmallDeviation() {
        NDArray table = Weights.initial(manager, 1).get("token_embedding.weight", 100, 100);
        double deviation = Math.sqrt(table.square().mean().getFloat());
        assertEquals(0.02, deviation, 0.001);
        assertNotEquals(0, table.getFloat(0, 0));
    }

    private TensorFile file() {
        Path path = folder.resolve("model.safetensors");
        NDArray weight = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
        NDArray third = manager.create(new float[] {1 / 3f});
        SafeTensorsWriter.write(
                path,
                Map.of("mid_block.resnets.0.weight", weight, "third", third),
                DType.F32,
                Map.of());
        return TensorFile.open(path);
    }
}
