package io.dmm.distill;

import java.awt.image.BufferedImage;
import java.io.IOException;
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
     */
    public LoggedListener(Path file, TrainingListener listener) throws IOException {
        this.listener = listener;
        log = file == null ? null : MetricsLog.append(file);
        try {
            tensorBoard =
                    file == null ? null : TensorBoardLog.in(file.toAbsolutePath().getParent());
        } catch (IOException e) {
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
        write(
                () -> {
                    log.write(metrics);
                    tensorBoard.write(metrics);
                });
        listener.onStep(metrics);
    }

    @Override
    public void onValidation(Validation validation) {
        write(
                () -> {
                    log.write(validation);
                    tensorBoard.write(validation);
                });
        listener.onValidation(validation);
    }

    @Override
    public void onSample(long step, String name, BufferedImage picture) {
        write(() -> tensorBoard.write(step, name, picture));
        listener.onSample(step, name, picture);
    }

    private interface Writing {
        void run() throws IOException;
    }

    private void write(Writing writing) {
        if (log == null) {
            return;
        }
        try {
            writing.run();
        } catch (IOException e) {
            throw new UncheckedIOException("metrics.jsonl: cannot be written", e);
        }
    }

    @Override
    public void close() throws IOException {
        if (log != null) {
            log.close();
            tensorBoard.close();
        }
    }
}
