package io.dmm;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import io.dmm.tensor.Compute;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * What a run has to work with; printed, the first thing to send with a question.
 *
 * @param versions of this library, Java, PyTorch and the operating system
 * @param device that everything is computed on, with its number of processors or its memory
 * @param memory of the machine, and the part of it for Java's own objects, not for tensors
 */
public record Environment(String versions, String device, String memory) {

    static Environment of(Device device) {
        String own = Environment.class.getPackage().getImplementationVersion();
        OperatingSystemMXBean machine =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Environment(
                "DMM %s, Java %s, PyTorch %s, %s %s"
                        .formatted(
                                own == null ? "(built from source)" : own,
                                Runtime.version().feature(),
                                Compute.engineVersion(),
                                System.getProperty("os.name"),
                                System.getProperty("os.arch")),
                device.isGpu()
                        ? "GPU %d, %s".formatted(device.getDeviceId(), gpuMemory(device))
                        : "CPU, %d processors".formatted(machine.getAvailableProcessors()),
                "%s, at most %s of them for Java's own objects"
                        .formatted(
                                gigabytes(machine.getTotalMemorySize()),
                                gigabytes(Runtime.getRuntime().maxMemory())));
    }

    private static String gpuMemory(Device device) {
        try {
            return gigabytes(CudaUtils.getGpuMemory(device).getMax());
        } catch (RuntimeException | LinkageError e) {
            return "memory unknown (" + e.getMessage() + ")";
        }
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }

    @Override
    public String toString() {
        return "versions  %s\ndevice    %s\nmemory    %s\n".formatted(versions, device, memory);
    }
}
