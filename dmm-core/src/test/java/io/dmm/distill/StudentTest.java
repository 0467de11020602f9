package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.SmallModels;
import io.dmm.model.unet.UNet;
import io.dmm.tensor.Compute;
import io.dmm.tensor.TorchRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StudentTest {
    private final NDManager manager = Compute.newManager();
    private final UNet base = SmallModels.unet(manager, 1, 0);

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void everyStyle_isTheBaseAtFirst() {
        UNet student = Student.of(manager, base, 3, 7);
        NDArray latents = normal(1, 2, 4, 8, 8);
        NDArray context = normal(2, 2, 77, 16);
        float[] timesteps = {10, 900};
        float[] expected = base.forward(latents, timesteps, context, null).toFloatArray();
        NDArray styles = manager.create(new float[] {1, 0, 0, 0, -0.5f, 1.5f}, new Shape(2, 3));
        assertArrayEquals(
                expected, student.forward(latents, timesteps, context, styles).toFloatArray());
        assertArrayEquals(
                expected, student.forward(latents, timesteps, context, null).toFloatArray());
    }

    @Test
    void randomStyles_differFromTheBaseAndEachOther() {
        UNet student = Student.withRandomStyles(manager, base, 2, 7);
        NDArray latents = normal(1, 2, 4, 8, 8);
        NDArray context = normal(2, 2, 77, 16);
        NDArray styles = manager.create(new float[] {1, 0, 0, 1}, new Shape(2, 2));
        float[] timesteps = {10, 900};
        NDArray plain = base.forward(latents, timesteps, context, null);
        assertArrayEquals(
                plain.toFloatArray(),
                student.forward(latents, timesteps, context, null).toFloatArray());
        NDArray styled = student.forward(latents, timesteps, context, styles);
        assertTrue(styled.sub(plain).abs().mean().getFloat() > 1e-4);
    }

    @Test
    void startFromMean_averagesAllButTheStyleBranch() {
        UNet student = Student.of(manager, base, 3, 7);
        String style = "add_embedding.linear_1.weight";
        float[] styleBefore = student.parameters().get(style).toFloatArray();
        Student.startFromMean(
                manager,
                student,
                List.of(
                        memory -> SmallModels.unet(memory, 2, 0),
                        memory -> SmallModels.unet(memory, 3, 0),
                        memory -> SmallModels.unet(memory, 4, 0)));
        String name = "mid_block.resnets.0.conv1.weight";
        NDArray sum = SmallModels.unet(manager, 2, 0).parameters().get(name);
        sum = sum.add(SmallModels.unet(manager, 3, 0).parameters().get(name));
        sum = sum.add(SmallModels.unet(manager, 4, 0).parameters().get(name));
        assertArrayEquals(
                sum.div(3f).toFloatArray(), student.parameters().get(name).toFloatArray(), 1e-6f);
        assertArrayEquals(styleBefore, student.parameters().get(style).toFloatArray());
    }

    @Test
    void onlyTheStyleBranch_isAdded() {
        UNet student = Student.of(manager, base, 3, 7);
        Set<String> added = new TreeSet<>(student.parameters().keySet());
        added.removeAll(base.parameters().keySet());
        assertEquals(
                Set.of(
                        "model_embedding.weight",
                        "add_embedding.linear_1.weight",
                        "add_embedding.linear_1.bias",
                        "add_embedding.linear_2.weight",
                        "add_embedding.linear_2.bias"),
                added);
        assertEquals(base.parameters().size() + added.size(), student.parameters().size());
        float[] codebook = student.parameters().get("model_embedding.weight").toFloatArray();
        assertFalse(
                Arrays.equals(
                        Arrays.copyOfRange(codebook, 0, 32), Arrays.copyOfRange(codebook, 32, 64)));
    }

    @Test
    void changingTheStudent_leavesTheBase() {
        float[] before = base.parameters().get("conv_in.weight").toFloatArray();
        Student.of(manager, base, 2, 7).parameters().get("conv_in.weight").muli(2);
        assertArrayEquals(before, base.parameters().get("conv_in.weight").toFloatArray());
    }

    private NDArray normal(long seed, long... shape) {
        Shape dimensions = new Shape(shape);
        return manager.create(new TorchRandom(seed).normal((int) dimensions.size()), dimensions);
    }
}
