package io.dmm.batch;

import io.dmm.distill.RunEnd;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs the job of a script as a command: one clear last line on stderr and an exit code.
 *
 * <p>In a jshell script: {@code int rc = 70; rc = Batch.run(() -> {...});} and {@code /exit rc}.
 * Ctrl-C (SIGINT) and SIGTERM interrupt the job's thread and wait until it has written its
 * checkpoint, however long that takes; the process then ends with 130 or 143, whatever the job
 * returns. A JVM that is ending hears no second signal, only SIGKILL.
 */
public final class Batch {
    private static final int SUCCESS = 0;
    private static final int FAILURE = 1;
    private static final int NOT_COMPILED = 70;
    private static final int INTERRUPTED = 130;

    /** What jshell's stand-in for a method throws that it could not compile. */
    private static final String UNRESOLVED = "jdk.jshell.spi.SPIResolutionException";

    private static final String AT_ONCE = "the job stopped at once";
    private static final Duration REMINDER = Duration.ofMinutes(1);

    /** What a script does; it may throw. */
    @FunctionalInterface
    public interface Job {
        void run() throws Exception;
    }

    private Batch() {}

    /** What the launcher was given after the script's name. */
    public static List<String> arguments() {
        return System.getenv().getOrDefault("DMM_ARGS", "").lines().toList();
    }

    /**
     * Runs the job on the calling thread and returns its exit code: 0 success, 1 failure, 70 a
     * method of the script that did not compile, 130 interrupted. A failure prints {@code error:
     * <message>}; the property {@code dmm.stack=true} or the environment variable {@code
     * DMM_STACK=1} adds the stack.
     */
    public static int run(Job job) {
        boolean stack = Boolean.getBoolean("dmm.stack") || "1".equals(System.getenv("DMM_STACK"));
        return run(job, System.err, stack);
    }

    static int run(Job job, PrintStream err, boolean stack) {
        Objects.requireNonNull(job, "job");
        CountDownLatch finished = new CountDownLatch(1);
        Thread hook = interruptAndWait(Thread.currentThread(), finished, err);
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            job.run();
            return Thread.interrupted()
                    ? interrupted("the job had already finished", err)
                    : SUCCESS;
        } catch (Throwable failure) {
            boolean flagged = Thread.interrupted();
            if (stack) {
                failure.printStackTrace(err);
            }
            return flagged || RunEnd.of(failure) == RunEnd.INTERRUPTED
                    ? interrupted(reason(failure), err)
                    : failed(failure, err);
        } finally {
            finished.countDown();
            remove(hook);
        }
    }

    /** The JVM ends when its hooks end, so this one lasts until the job has had its last word. */
    private static Thread interruptAndWait(
            Thread worker, CountDownLatch finished, PrintStream err) {
        Runnable stop =
                () -> {
                    worker.interrupt();
                    try {
                        awaitEnd(finished, REMINDER, err);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                };
        return new Thread(stop, "dmm-interrupt");
    }

    /** Waits for the job, and says from time to time how not to wait any longer. */
    static void awaitEnd(CountDownLatch finished, Duration reminder, PrintStream err)
            throws InterruptedException {
        while (!finished.await(reminder.toNanos(), TimeUnit.NANOSECONDS)) {
            print(
                    "interrupted: the job is still stopping, a checkpoint may take minutes; kill -9 "
                            + ProcessHandle.current().pid()
                            + " ends it at once",
                    err);
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // the hook is running: the process ends once this method has returned
        }
    }

    /** Which file was being read or written when the interrupt came is no reason. */
    private static String reason(Throwable interruption) {
        for (Throwable cause = interruption; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClosedByInterruptException) {
                return AT_ONCE;
            }
        }
        String message = interruption.getMessage();
        return message == null ? AT_ONCE : firstLine(message);
    }

    private static int interrupted(String reason, PrintStream err) {
        print("interrupted: " + reason, err);
        return INTERRUPTED;
    }

    private static int failed(Throwable failure, PrintStream err) {
        if (failure.getClass().getName().equals(UNRESOLVED)) {
            String method = failure.getStackTrace()[0].getMethodName();
            print(
                    "error: script: %s() uses a name that is not declared; look for a misspelling or a missing import in it"
                            .formatted(method),
                    err);
            return NOT_COMPILED;
        }
        print("error: " + describe(failure), err);
        return FAILURE;
    }

    /** Our own sentences stand alone; what others throw often is but a path or a number. */
    private static String describe(Throwable failure) {
        if (failure instanceof UncheckedIOException io
                && io.getMessage().equals(io.getCause().toString())) {
            return describe(io.getCause());
        }
        String type = failure.getClass().getSimpleName();
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return type;
        }
        boolean sentence =
                failure instanceof IllegalArgumentException
                        || failure instanceof IllegalStateException
                        || failure instanceof UncheckedIOException
                        || failure.getClass().getName().startsWith("io.dmm.");
        return (sentence ? "" : type + ": ") + firstLine(message);
    }

    private static String firstLine(String message) {
        return message.strip().lines().findFirst().orElse("");
    }

    private static void print(String line, PrintStream err) {
        err.println((Terminal.ofProcess().isPresent() ? Terminal.CLEAR_LINE : "") + line);
        err.flush();
    }
}
