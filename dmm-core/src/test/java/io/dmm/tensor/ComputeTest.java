package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComputeTest {
    @Test
    void cpu_isAlwaysAvailable() {
        assertEquals(Device.cpu(), Compute.choose("cpu", 0));
        assertEquals(Device.cpu(), Compute.choose("cpu", 2));
    }

    @Test
    void unsetAndBlank_takeAGpuThatIsThere() {
        for (String wanted : new String[] {null, " "}) {
            assertEquals(Device.cpu(), Compute.choose(wanted, 0));
            assertEquals(Device.gpu(), Compute.choose(wanted, 2));
        }
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
                assertThrows(IllegalArgumentException.class, () -> Compute.choose(name, 2));
        assertEquals(
                "DMM_DEVICE: expected cpu, gpu or gpu<index> but was '" + name + "'",
                refusal.getMessage());
    }

    @Test
    void gpus_areThoseThatAreThere() {
        assertEquals(Device.gpu(), Compute.choose("gpu", 1));
        assertEquals(Device.gpu(1), Compute.choose("gpu1", 2));
        for (String wanted : List.of("gpu2", "gpu99")) {
            String refusal =
                    assertThrows(IllegalArgumentException.class, () -> Compute.choose(wanted, 2))
                            .getMessage();
            assertTrue(refusal.startsWith("DMM_DEVICE: " + wanted + " asked for"), refusal);
        }
    }

    @Test
    void badDevice_isRefusedInTheSameWordsEachTime() throws Exception {
        String refusal = "DMM_DEVICE: expected cpu, gpu or gpu<index> but was 'cuda'";
        assertEquals(
                refusal + System.lineSeparator() + refusal,
                inAnotherJvm(Refusals.class, Map.of("DMM_DEVICE", "cuda")));
    }

    /** Seen by a JVM that may use one core of the machine's, as in a container. */
    @Test
    void threads_areNoMoreThanTheCoresThatMayBeUsed() throws Exception {
        assertEquals("1", inAnotherJvm(Threads.class, Map.of()));
    }

    @Test
    void threads_areThoseOfTheEnvironment() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1);
        assertEquals("2", inAnotherJvm(Threads.class, Map.of("OMP_NUM_THREADS", "2")));
    }

    private static String inAnotherJvm(Class<?> main, Map<String, String> environment)
            throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:ActiveProcessorCount=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName());
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

    /** What the other JVM runs: it prints why there is no device, twice. */
    static final class Refusals {
        public static void main(String[] args) {
            for (int i = 0; i < 2; i++) {
                try {
                    Ops.computesInBf16();
                } catch (IllegalArgumentException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }
}
