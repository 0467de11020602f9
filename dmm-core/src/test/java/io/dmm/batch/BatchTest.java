package io.dmm.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class BatchTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void success_isZeroAndSilent() {
        assertEquals(0, run(() -> {}));
        assertEquals("", output());
    }

    @Test
    void badArgument_isOneLineOfItsOwnWords() {
        int code =
                run(
                        () -> {
                            throw new IllegalArgumentException("steps: expected 1 but was 0\nmore");
                        });
        assertEquals(1, code);
        assertEquals("error: steps: expected 1 but was 0\n", output());
    }

    @Test
    void foreignException_isNamed() {
        int code =
                run(
                        () -> {
                            throw new UncheckedIOException(new FileNotFoundException("a.txt"));
                        });
        assertEquals(1, code);
        assertEquals("error: FileNotFoundException: a.txt\n", output());
    }

    @Test
    void error_endsTheJobToo() {
        int code =
                run(
                        () -> {
                            throw new OutOfMemoryError();
                        });
        assertEquals(1, code);
        assertEquals("error: OutOfMemoryError\n", output());
    }

    @Test
    void stack_isPrintedWhenAskedFor() {
        Batch.run(
                () -> {
                    throw new IllegalStateException("boom");
                },
                new PrintStream(bytes, true, StandardCharsets.UTF_8),
                true);
        assertTrue(output().contains("at io.dmm.batch.BatchTest"), output());
        assertTrue(output().endsWith("error: boom\n"), output());
    }

    @Test
    void cancellation_is130() {
        int code =
                run(
                        () -> {
                            throw new CancellationException("at step 3");
                        });
        assertEquals(130, code);
        assertEquals("interrupted: at step 3\n", output());
    }

    @Test
    void interruptionDeepInTheCauses_is130() {
        int code =
                run(
                        () -> {
                            throw new IllegalStateException(
                                    "cannot write", new ClosedByInterruptException());
                        });
        assertEquals(130, code);
        assertEquals("interrupted: the job stopped at once\n", output());
    }

    @Test
    void interruptFlag_is130AndIsCleared() {
        assertEquals(130, run(() -> Thread.currentThread().interrupt()));
        assertFalse(Thread.currentThread().isInterrupted());
        assertEquals("interrupted: the job had already finished\n", output());
    }

    @Test
    void slowJob_isWaitedForAndTheWaySaidToEndIt() throws Exception {
        CountDownLatch finished = new CountDownLatch(1);
        PrintStream err =
                new PrintStream(bytes, true, StandardCharsets.UTF_8) {
                    @Override
                    public void println(String line) {
                        boolean second = output().length() > 0;
                        super.println(line);
                        if (second) {
                            finished.countDown();
                        }
                    }
                };
        Batch.awaitEnd(finished, Duration.ofMillis(1), err);
        String reminder =
                "interrupted: the job is still stopping, a checkpoint may take minutes; kill -9 "
                        + ProcessHandle.current().pid()
                        + " ends it at once\n";
        assertTrue(output().startsWith(reminder + reminder), output());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void sigterm_letsTheJobFinishItsCheckpoint(@TempDir Path folder) throws Exception {
        assertEquals(143, signalled("TERM", folder.resolve("checkpoint.txt")));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void sigint_letsTheJobFinishItsCheckpoint(@TempDir Path folder) throws Exception {
        assumeFalse(ignoresSigint(), "SIGINT is ignored, as in a shell's background job");
        assertEquals(130, signalled("INT", folder.resolve("checkpoint.txt")));
    }

    /** A child inherits ignored signals, and a JVM leaves them ignored. */
    private static boolean ignoresSigint() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Character.digit(line.charAt(line.length() - 1), 16) & 2) != 0);
    }

    /** Sends a signal to a JVM in the midst of {@link SlowJob} and returns its exit code. */
    private static int signalled(String signal, Path checkpoint) throws Exception {
        Process jvm =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                SlowJob.class.getName(),
                                checkpoint.toString())
                        .redirectErrorStream(true)
                        .start();
        try (BufferedReader out = jvm.inputReader()) {
            assertEquals("started", out.readLine());
            new ProcessBuilder("kill", "-" + signal, Long.toString(jvm.pid())).start().waitFor();
            assertEquals("interrupted: the checkpoint is whole", out.readLine());
            assertEquals(null, out.readLine());
            assertTrue(jvm.waitFor(30, TimeUnit.SECONDS), "the JVM did not end");
        } finally {
            jvm.destroyForcibly();
        }
        assertEquals("whole", Files.readString(checkpoint));
        return jvm.exitValue();
    }

    /** Waits to be interrupted, then takes its time over the checkpoint. */
    static final class SlowJob {
        public static void main(String[] args) {
            int code =
                    Batch.run(
                            () -> {
                                System.out.println("started");
                                awaitInterrupt();
                                Files.writeString(Path.of(args[0]), "wh");
                                Thread.sleep(300);
                                Files.writeString(Path.of(args[0]), "whole");
                                throw new CancellationException("the checkpoint is whole");
                            });
            System.exit(code);
        }

        private static void awaitInterrupt() throws IOException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!Thread.interrupted()) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("no signal came");
                }
                Thread.onSpinWait();
            }
        }
    }

    private int run(Batch.Job job) {
        return Batch.run(job, new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
    }

    private String output() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
