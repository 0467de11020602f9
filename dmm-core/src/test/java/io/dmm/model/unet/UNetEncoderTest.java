package io.dmm.model.unet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.FiniteDifferences;
import io.dmm.Reference;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Holds the way down and the middle against the mid block of diffusers' UNet2DConditionModel. */
class UNetEncoderTest {
    private static final float[] TIMESTEPS = {37, 814};

    private final Reference reference = Reference.open("unet");
    private final UNet unet =
            new UNet(UNetConfig.read(reference.config()), reference.weights()); // prepared kernels
    private final NDManager manager = reference.manager().newSubManager();
    private final UNetEncoder encoder = UNetEncoder.copyOf(unet, manager);
    private final NDArray sample = reference.value("sample");
    private final NDArray context = reference.value("encoder_hidden_states");

    @AfterEach
    void close() {
        reference.close();
    }

    @Test
    void output_equalsThatOfDiffusersMidBlock() {
        reference.assertClose("feature.4", encoder.forward(sample, TIMESTEPS, context), 1e-5);
    }

    @Test
    void gradient_passesToTheLatents() {
        new FiniteDifferences(() -> encoder.forward(sample, TIMESTEPS, context))
                .assertGradients(List.of(sample), 8);
    }

    @Test
    void copy_holdsFrozenWeightsWithoutTheWayUp() {
        long needed =
                unet.parameters().keySet().stream()
                        .filter(name -> !name.matches("(up_blocks|conv_norm_out|conv_out)\\..*"))
                        .count();
        assertEquals(needed, manager.getManagedArrays().size());
        manager.getManagedArrays().forEach(weight -> assertFalse(weight.hasGradient()));
    }

    @Test
    void forward_leavesNothingButItsResult() {
        try (NDManager memory = reference.manager().newSubManager()) {
            sample.attach(memory);
            context.attach(memory);
            encoder.forward(sample, TIMESTEPS, context).close();
            assertEquals(2, memory.getManagedArrays().size());
        }
    }

    @Test
    void wrongShapes_areRefused() {
        NDArray pixels = reference.manager().zeros(new Shape(2, 3, 16, 12));
        assertEquals(
                "UNet: latents, expected (B, 4, H, W) but was (2, 3, 16, 12)",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> encoder.forward(pixels, TIMESTEPS, context))
                        .getMessage());
    }
}
