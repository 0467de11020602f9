package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoggedListenerTest {
    private static final StepMetrics STEP = new StepMetrics(1, 0.5, 1e-3, 2, 10, 3, Map.of());

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
                    public void onProgress(Progress progress) {
                        heard.add(progress.activity());
                    }
                };
        try (LoggedListener logged = new LoggedListener(file, listener)) {
            logged.onProgress(new Progress("drawing", 1, 1, Duration.ZERO));
            logged.onStep(STEP);
        }
        assertEquals(List.of("drawing", "step 1, lines 1"), heard);
        assertEquals(List.of(STEP), MetricsLog.read(file));
    }

    @Test
    void withoutAFile_theListenerHearsAllTheSame() throws IOException {
        List<Progress> heard = new ArrayList<>();
        try (LoggedListener logged = new LoggedListener(null, heard::add)) {
            logged.onStep(STEP);
            logged.onProgress(new Progress("training", 1, 2, Duration.ZERO));
        }
        assertEquals(1, heard.size());
    }

    @Test
    void closedLog_endsTheRun() throws IOException {
        LoggedListener logged =
                new LoggedListener(folder.resolve("metrics.jsonl"), TrainingListener.NONE);
        logged.close();
        assertThrows(UncheckedIOException.class, () -> logged.onStep(STEP));
        assertThrows(IOException.class, () -> new LoggedListener(folder, TrainingListener.NONE));
    }

    private static int lines(Path file) {
        try {
            return Files.readAllLines(file).size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
