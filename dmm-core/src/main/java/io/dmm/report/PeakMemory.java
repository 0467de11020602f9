package io.dmm.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The most memory this process has held so far.
 *
 * @param megabytes in units of 10⁶ bytes
 * @param source what was measured: all of the process, or the JVM's own pools without tensors
 */
public record PeakMemory(double megabytes, String source) {
    private static final Path STATUS = Path.of("/proc/self/status");

    /** Measures the peak resident memory where the system tells it (Linux), else the JVM's. */
    public static PeakMemory measure() {
        try {
            return Files.exists(STATUS) ? ofStatus(Files.readAllLines(STATUS)) : ofJvm();
        } catch (IOException e) {
            return ofJvm();
        }
    }

    /** Reads the line {@code VmHWM: <n> kB}, whose kB are 1024 bytes. */
    static PeakMemory ofStatus(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .map(line -> Double.parseDouble(line.split("\\s+")[1]) * 1024 / 1e6)
                .map(megabytes -> new PeakMemory(megabytes, "resident memory of the process"))
                .findFirst()
                .orElseGet(PeakMemory::ofJvm);
    }

    static PeakMemory ofJvm() {
        long bytes =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .map(MemoryPoolMXBean::getPeakUsage)
                        .mapToLong(usage -> usage == null ? 0 : usage.getUsed())
                        .sum();
        return new PeakMemory(bytes / 1e6, "memory pools of the JVM, without tensors");
    }
}
