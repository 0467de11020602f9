package io.dmm.distill;

import java.awt.image.BufferedImage;
import java.util.Objects;

/** Lets two listeners hear the same run. */
record BothListeners(TrainingListener first, TrainingListener second) implements TrainingListener {
    BothListeners {
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(second, "second");
    }

    @Override
    public void onProgress(Progress progress) {
        first.onProgress(progress);
        second.onProgress(progress);
    }

    @Override
    public void onStep(StepMetrics metrics) {
        first.onStep(metrics);
        second.onStep(metrics);
    }

    @Override
    public void onValidation(Validation validation) {
        first.onValidation(validation);
        second.onValidation(validation);
    }

    @Override
    public void onSample(long step, String name, BufferedImage picture) {
        first.onSample(step, name, picture);
        second.onSample(step, name, picture);
    }

    /** The second hears of the end even where the first fails. */
    @Override
    public void onEnd(RunEnd end) {
        try {
            first.onEnd(end);
        } finally {
            second.onEnd(end);
        }
    }
}
