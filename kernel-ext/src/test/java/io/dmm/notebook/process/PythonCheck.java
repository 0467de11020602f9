package io.dmm.notebook.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a check out of src/test/python with the environment that notebooks/lab installs. */
final class PythonCheck {
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static final int MINUTES = 10;
    private static final int SKIPPED = 77;

    private PythonCheck() {}

    /**
     * Prints what the check printed, fails with it, and is skipped with its last line where it
     * could not run.
     */
    static void run(String script, String... arguments) throws IOException, InterruptedException {
        Path log = Files.createTempFile("check", ".log");
        List<String> command = new ArrayList<>(List.of(python().toString(), "-B"));
        command.add(ROOT.resolve("kernel-ext/src/test/python").resolve(script).toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DMM_QUICK", "1");
        Process process = builder.redirectOutput(log.toFile()).start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                fail(
                        "%s: took over %d minutes%n%s"
                                .formatted(script, MINUTES, Files.readString(log)));
            }
            String output = Files.readString(log).strip();
            if (process.exitValue() == SKIPPED) {
                abort(output.substring(output.lastIndexOf('\n') + 1));
            }
            assertEquals(0, process.exitValue(), output);
            if (!output.isEmpty()) {
                System.out.println(output);
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.delete(log);
        }
    }

    private static Path python() {
        String named = System.getenv("DMM_VENV");
        Path venv = named == null ? ROOT.resolve("notebooks/.venv") : ROOT.resolve(named);
        assumeTrue(
                Files.exists(venv.resolve("share/jupyter/kernels/dmm-java/kernel.json")),
                venv
                        + ": no kernel is installed; run notebooks/lab --prepare, then the tests again");
        return venv.resolve("bin/python");
    }
}
