package io.dmm.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.distill.Progress;
import io.dmm.distill.StepMetrics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
    private static final int STEPS = 1000;
    private static final int STEP_MILLIS = 20;

    @Test
    void withoutTerminal_onePlainLineEveryTenSecondsAndTheLast() {
        List<String> lines = show(0).lines().toList();
        assertEquals(
                List.of(
                        "training 1/1000  loss 0.5000  50.0 samples/s  1 h 05 min left",
                        "training 501/1000  loss 0.5000  50.0 samples/s  1 h 05 min left",
                        "training 1000/1000  loss 0.5000  50.0 samples/s  done"),
                lines);
    }

    @Test
    void onTerminal_atMostFiveRedrawingsASecondInOneLine() {
        String shown = show(100);
        String[] bars = shown.split("\r\u001b\\[K");
        assertEquals(1 + 100 + 1, bars.length);
        assertEquals(1, shown.lines().filter(line -> line.endsWith("done")).count());
        assertTrue(shown.endsWith(System.lineSeparator()));
        assertTrue(
                bars[51].startsWith("[###############...............] training 501/1000"),
                bars[51]);
    }

    @Test
    void narrowTerminal_isNeverWrapped() {
        for (int columns = 1; columns < 80; columns++) {
            for (String bar : show(columns).split("\r\u001b\\[K")) {
                assertTrue(bar.strip().length() < Math.max(columns, 1), columns + ": " + bar);
            }
        }
    }

    /** Shows 20 s of training. */
    private static String show(int columns) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long[] now = {0};
        ConsoleProgress progress =
                new ConsoleProgress(
                        new PrintStream(bytes, true, StandardCharsets.UTF_8),
                        new Terminal(columns),
                        () -> now[0]);
        Duration left = Duration.ofMinutes(65);
        for (int step = 1; step <= STEPS; step++) {
            progress.onStep(new StepMetrics(step, 0.5, 1e-3, 1, 50, step, Map.of()));
            progress.onProgress(new Progress("training", step, STEPS, left));
            now[0] += TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
