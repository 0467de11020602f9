package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
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

    /** Seen by a JVM that may use one core of the machine's, as in a container. */
    @Test
    void threads_areNoMoreThanTheCoresThatMayBeUsed() throws Exception {
        assertEquals("1", threadsInAnotherJvm(Map.of()));
    }

    @Test
    void threads_areThoseOfTheEnvironment() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1);
        assertEquals("2", threadsInAnotherJvm(Map.of("OMP_NUM_THREADS", "2")));
    }

    private static String threadsInAnotherJvm(Map<String, String> environment) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:ActiveProcessorCount=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Threads.class.getName());
        builder.environment().remove("OMP_NUM_THREADS");
        builder.environment().putAll(environment);
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (InputStream output = process.getInputStream()) {
            return new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    /** What the other JVM runs: it prints among how many threads an operator is divided. */
    static final class Threads {
        public static void main(String[] args) {
            Compute.device();
            System.out.println(JniUtils.getNumThreads());
        }
    }
}
