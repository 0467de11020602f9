package io.dmm.notebook.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A launcher that runs to its end. */
final class Launched {
    private Launched() {}

    /**
     * Starts it, checks its exit code, and returns all that it printed.
     *
     * @param log receives that
     */
    static String output(ProcessBuilder launcher, Path log, int code) throws Exception {
        Process process = launcher.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), "still running");
            String output = Files.readString(log).strip();
            assertEquals(code, process.exitValue(), output);
            return output;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
