package io.dmm.distill;

import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Writes every step, validation and sample to a run's {@code metrics.jsonl}, and to a file for
 * TensorBoard beside it. It goes before other listeners, so that what they hear of is written.
 */
public final class LoggedListener implements TrainingListener, AutoCloseable {
    private final MetricsLog log;
    private final TensorBoardLog tensorBoard;

    /**
     * @param file the log to append to
     * @throws UncheckedIOException if it or the file beside it cannot be written; so do the steps
     */
    public LoggedListener(Path file) {
        log = MetricsLog.append(file);
        try {
            tensorBoard = TensorBoardLog.in(file.toAbsolutePath().getParent());
        } catch (UncheckedIOException e) {
            log.close();
            throw e;
        }
    }

    @Override
    public void onProgress(Progress progress) {}

    @Override
    public void onStep(StepMetrics metrics) {
        log.write(metrics);
        tensorBoard.write(metrics);
    }

    @Override
    public void onValidation(Validation validation) {
        log.write(validation);
        tensorBoard.write(validation);
    }

    @Override
    public void onSample(long step, String name, BufferedImage picture) {
        tensorBoard.write(step, name, picture);
    }

    @Override
    public void close() {
        log.close();
        tensorBoard.close();
    }
}
