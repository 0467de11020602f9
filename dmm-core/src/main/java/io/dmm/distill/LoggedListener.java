package io.dmm.distill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Writes every step to a run's {@code metrics.jsonl} before another listener hears of it. */
public final class LoggedListener implements TrainingListener, AutoCloseable {
    private final MetricsLog log;
    private final TrainingListener listener;

    /**
     * @param file the log to append to, or null for none
     */
    public LoggedListener(Path file, TrainingListener listener) throws IOException {
        this.log = file == null ? null : MetricsLog.append(file);
        this.listener = listener;
    }

    @Override
    public void onProgress(Progress progress) {
        listener.onProgress(progress);
    }

    @Override
    public void onStep(StepMetrics metrics) {
        if (log != null) {
            try {
                log.write(metrics);
            } catch (IOException e) {
                throw new UncheckedIOException("metrics.jsonl: cannot be written", e);
            }
        }
        listener.onStep(metrics);
    }

    @Override
    public void onValidation(Validation validation) {
        listener.onValidation(validation);
    }

    @Override
    public void close() throws IOException {
        if (log != null) {
            log.close();
        }
    }
}
