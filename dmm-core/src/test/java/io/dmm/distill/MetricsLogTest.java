package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("run/metrics.jsonl");
    }

    @Test
    void written_isReadBack() throws IOException {
        List<StepMetrics> steps =
                List.of(
                        new StepMetrics(1, 0.5, 1e-3, 2, 210.5, 0.1, Map.of()),
                        new StepMetrics(
                                2, 1e-9, 2e-3, 3, 211, 0.2, Map.of("score", 0.25, "kl", 1.0)));
        append(steps);
        assertEquals(steps, MetricsLog.read(file));
    }

    @Test
    void line_isOneJsonObjectOfFixedOrder() throws IOException {
        append(List.of(new StepMetrics(7, 0.5, 1e-3, 2, 3, 4, Map.of("b", 1.0, "a", 2.0))));
        assertEquals(
                "{\"step\":7,\"loss\":0.5,\"learningRate\":0.001,\"gradientNorm\":2.0,"
                        + "\"samplesPerSecond\":3.0,\"seconds\":4.0,"
                        + "\"losses\":{\"a\":2.0,\"b\":1.0}}\n",
                Files.readString(file));
    }

    @Test
    void notANumber_survives() throws IOException {
        append(List.of(step(1, Double.NaN), step(2, Double.POSITIVE_INFINITY)));
        assertEquals(
                List.of(step(1, Double.NaN), step(2, Double.POSITIVE_INFINITY)),
                MetricsLog.read(file));
    }

    @Test
    void skippedSteps_areWrittenWithTheirParts() throws IOException {
        List<StepMetrics> steps =
                List.of(
                        new StepMetrics(
                                1, Double.NaN, 1, Double.NaN, 1, 1, Map.of("score", Double.NaN)),
                        new StepMetrics(2, 1, 1, Double.POSITIVE_INFINITY, 1, 1, Map.of()),
                        step(3, 0.5));
        append(steps);
        List<StepMetrics> read = MetricsLog.read(file);
        assertEquals(steps, read);
        assertEquals(List.of(true, true, false), read.stream().map(StepMetrics::skipped).toList());
        assertTrue(Files.readString(file).contains("\"losses\":{\"score\":\"NaN\"}"));
    }

    @Test
    void validations_areReadApartFromSteps() throws IOException {
        Validation first = new Validation(0, Map.of("closedGap.ink", 0.0));
        Validation late = new Validation(2, Map.of("closedGap.ink", 0.75, "closedGap.b", -1.0));
        try (MetricsLog log = MetricsLog.append(file)) {
            log.write(first);
            log.write(step(1, 0.5));
            log.write(step(2, 0.25));
            log.write(new Validation(2, Map.of("closedGap.ink", 0.5)));
            log.write(late);
        }
        assertEquals(List.of(step(1, 0.5), step(2, 0.25)), MetricsLog.read(file));
        assertEquals(List.of(first, late), MetricsLog.readValidations(file));
        assertTrue(
                Files.readString(file)
                        .endsWith(
                                "{\"step\":2,\"figures\":{\"closedGap.b\":-1.0,\"closedGap.ink\":0.75}}\n"));
    }

    @Test
    void logOfAnEarlierVersion_hasNoValidations() throws IOException {
        append(List.of(step(1, 0.5)));
        assertEquals(List.of(), MetricsLog.readValidations(file));
        assertThrows(IllegalArgumentException.class, () -> new Validation(-1, Map.of()));
    }

    @Test
    void tornLastLine_isLeftOutAndLaterCutOff() throws IOException {
        append(List.of(step(1, 0.5)));
        Files.writeString(file, "{\"step\":2,\"loss\":0.".repeat(99), StandardOpenOption.APPEND);
        assertEquals(List.of(step(1, 0.5)), MetricsLog.read(file));
        append(List.of(step(2, 0.25)));
        assertEquals(List.of(step(1, 0.5), step(2, 0.25)), MetricsLog.read(file));
    }

    @Test
    void resumedRun_replacesTheStepsItRepeats() throws IOException {
        append(List.of(step(1, 0.5), step(2, 0.4), step(3, 0.3)));
        append(List.of(step(2, 0.44), step(3, 0.33), step(4, 0.2)));
        assertEquals(
                List.of(step(1, 0.5), step(2, 0.44), step(3, 0.33), step(4, 0.2)),
                MetricsLog.read(file));
    }

    @Test
    void emptyLog_hasNoSteps() throws IOException {
        append(List.of());
        assertEquals(List.of(), MetricsLog.read(file));
    }

    @Test
    void missingLog_isNamed() {
        assertEquals(
                file + ": cannot be read (java.nio.file.NoSuchFileException: " + file + ")",
                assertThrows(UncheckedIOException.class, () -> MetricsLog.read(file)).getMessage());
    }

    @Test
    void brokenMiddleLine_isNamed() throws IOException {
        append(List.of(step(1, 0.5)));
        Files.writeString(file, "{\"step\":2}\n", StandardOpenOption.APPEND);
        append(List.of(step(3, 0.5)));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> MetricsLog.read(file));
        assertTrue(e.getMessage().contains(file + ": line 2, expected"), e.getMessage());
    }

    @Test
    void interruptedThread_stillWritesItsLine() throws IOException {
        Thread.currentThread().interrupt();
        append(List.of(step(1, 0.5)));
        assertTrue(Thread.interrupted());
        assertEquals(List.of(step(1, 0.5)), MetricsLog.read(file));
    }

    private void append(List<StepMetrics> steps) throws IOException {
        try (MetricsLog log = MetricsLog.append(file)) {
            for (StepMetrics step : steps) {
                log.write(step);
            }
        }
    }

    private static StepMetrics step(long step, double loss) {
        return new StepMetrics(step, loss, 1e-3, 1, 100, step, Map.of());
    }
}
