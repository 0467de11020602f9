package io.dmm.distill;

import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Writes every step, validation and sample to a run's {@code metrics.jsonl}, and to a file for
 * TensorBoard beside it, before another listener hears of it.
 */
public final class LoggedListener implements TrainingListener, AutoCloseable {
    private final MetricsLog log;
    private final TensorBoardLog tensorBoard;
    private final TrainingListener listener;

    /**
     * @param file the log to append to, or null for none
     * @throws UncheckedIOException if it or the file beside it cannot be written; so do the steps
     */
    public LoggedListener(Path file, TrainingListener listener) {
        this.listener = listener;
        log = file == null ? null : MetricsLog.append(file);
        try {
            tensorBoard =
                    file == null ? null : TensorBoardLog.in(file.toAbsolutePath().getParent());
        } catch (UncheckedIOException e) {
            log.close();
            throw e;
        }
    }

    @Override
    public void onProgress(Progress progress) {
        listener.onProgress(progress);
    }

    @Override
    public void onStep(StepMetrics metrics) {
        if (log != null) {
            log.write(metrics);
            tensorBoard.write(metrics);
        }
        listener.onStep(metrics);
    }

    @Override
    public void onValidation(Validation validation) {
        if (log != null) {
            log.write(validation);
            tensorBoard.write(validation);
        }
        listener.onValidation(validation);
    }

    @Override
    public void onSample(long step, String name, BufferedImage picture) {
        if (log != null) {
            tensorBoard.write(step, name, picture);
        }
        listener.onSample(step, name, picture);
    }

    @Override
    public void close() {
        if (log != null) {
            log.close();
            tensorBoard.close();
        }
    }
}
