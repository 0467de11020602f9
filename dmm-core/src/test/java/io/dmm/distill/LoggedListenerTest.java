package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class LoggedListenerTest {
    private static final StepMetrics STEP = new StepMetrics(1, 0.5, 1e-3, 2, 10, 3, Map.of());

    private static final Validation VALIDATION = new Validation(1, Map.of("closedGap.ink", 0.5));

    @TempDir private Path folder;

    @Test
    void steps_areInTheFileWhenTheListenerHearsOfThem() throws IOException {
        Path file = folder.resolve("run/metrics.jsonl");
        List<String> heard = new ArrayList<>();
        TrainingListener listener =
                new TrainingListener() {
                    @Override
                    public void onStep(StepMetrics metrics) {
                        heard.add("step " + metrics.step() + ", lines " + lines(file));
                    }

                    @Override
                    public void onValidation(Validation validation) {
                        heard.add("validation, lines " + lines(file));
                    }

                    @Override
                    public void onSample(long step, String name, BufferedImage picture) {
                        heard.add("sample " + name + " of step " + step);
                    }

                    @Override
                    public void onProgress(Progress progress) {
                        heard.add(progress.activity());
                    }
                };
        try (LoggedListener log = new LoggedListener(file)) {
            TrainingListener logged = log.and(listener);
            logged.onProgress(new Progress("drawing", 1, 1, Duration.ZERO));
            logged.onStep(STEP);
            logged.onValidation(VALIDATION);
            logged.onSample(1, "ink", new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB));
        }
        assertEquals(
                List.of(
                        "drawing",
                        "step 1, lines 1",
                        "validation, lines 2",
                        "sample ink of step 1"),
                heard);
        assertEquals(List.of(STEP), MetricsLog.read(file));
        assertEquals(List.of(VALIDATION), MetricsLog.readValidations(file));
        String events = events(file.getParent());
        assertTrue(events.contains("loss/total"));
        assertTrue(events.contains("closed_gap/ink"));
        assertTrue(events.contains("samples/ink"));
    }

    @Test
    void closedLog_endsTheRun() throws IOException {
        LoggedListener logged = new LoggedListener(folder.resolve("metrics.jsonl"));
        logged.close();
        assertThrows(UncheckedIOException.class, () -> logged.onStep(STEP));
        assertCannotBeWritten(
                folder,
                "java.io.FileNotFoundException: " + folder + " (Is a directory)",
                () -> new LoggedListener(folder));
    }

    @Test
    void fullDisk_isNamedWithTheFile() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        Path file = Files.createSymbolicLink(folder.resolve("metrics.jsonl"), full);
        String cause = "java.io.IOException: No space left on device";
        try (LoggedListener logged = new LoggedListener(file)) {
            assertCannotBeWritten(file, cause, () -> logged.onStep(STEP));
            assertCannotBeWritten(file, cause, () -> logged.onValidation(VALIDATION));
        }
    }

    private static void assertCannotBeWritten(Path file, String cause, Executable work) {
        String message = assertThrows(UncheckedIOException.class, work).getMessage();
        String start = file + ": cannot be written (" + cause + "), ";
        assertTrue(message.startsWith(start), message);
        assertTrue(message.substring(start.length()).matches("\\d+ MB are free"), message);
    }

    private static String events(Path run) throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            Path file =
                    files.filter(each -> each.getFileName().toString().startsWith("events"))
                            .findFirst()
                            .orElseThrow();
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        }
    }

    private static int lines(Path file) {
        try {
            return Files.readAllLines(file).size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
