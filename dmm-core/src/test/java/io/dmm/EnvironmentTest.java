package io.dmm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    @Test
    void cpu_isNamedWithVersionsAndMemory() {
        String text = Environment.of(Device.cpu()).toString();
        int processors = Runtime.getRuntime().availableProcessors();
        assertTrue(
                text.matches(
                        "versions  DMM .+, Java \\d+, PyTorch 2\\..+\n"
                                + "device    CPU, "
                                + processors
                                + " processors\n"
                                + "memory    \\d+\\.\\d GB, at most \\d+\\.\\d GB of them .+\n"),
                text);
    }

    @Test
    void gpuWithoutDriver_isToldWithoutFailing() {
        String text = new Environment("", Environment.of(Device.gpu(9)).device(), "").toString();
        assertTrue(text.contains("GPU 9, memory unknown ("), text);
    }
}
