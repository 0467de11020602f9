package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComputeTest {
    @Test
    void cpu_isAlwaysAvailable() {
        assertEquals(Device.cpu(), Compute.choose("cpu"));
    }

    @Test
    void unsetAndBlank_chooseAlike() {
        assertEquals(Compute.choose(null), Compute.choose(" "));
    }

    @Test
    void managers_areOnTheDevice() {
        try (NDManager manager = Compute.newManager()) {
            assertEquals(Compute.device(), manager.getDevice());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cuda", "GPU", "cpu1", "gpu-1", "gpu 0", "gpu99999999999"})
    void unknownNames_areRefused(String name) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> Compute.choose(name));
        assertEquals(
                "DMM_DEVICE: expected cpu, gpu or gpu<index> but was '" + name + "'",
                refusal.getMessage());
    }

    @Test
    void gpuThatIsNotThere_isRefused() {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> Compute.choose("gpu99"));
        assertTrue(refusal.getMessage().startsWith("DMM_DEVICE: gpu99 asked for"));
    }

    @Test
    void gpu_isTheFirst() {
        if (Engine.getInstance().getGpuCount() > 0) {
            assertEquals(Device.gpu(), Compute.choose("gpu"));
        } else {
            String refusal =
                    assertThrows(IllegalArgumentException.class, () -> Compute.choose("gpu"))
                            .getMessage();
            assertTrue(refusal.startsWith("DMM_DEVICE: gpu asked for"), refusal);
        }
    }
}
