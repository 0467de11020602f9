package io.dmm.notebook;

import io.dmm.distill.Progress;
import io.dmm.distill.RunEnd;
import io.dmm.distill.StepMetrics;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.Validation;
import java.awt.image.BufferedImage;

/** Shows each run that it listens to in a picture of its own; the training only takes notes. */
final class LiveRun implements TrainingListener {
    private final Frontend frontend;

    /** Of the run that goes on, or null between two. */
    private LiveDisplay display;

    LiveRun(Frontend frontend) {
        this.frontend = frontend;
    }

    private LiveDisplay display() {
        if (display == null) {
            display = new LiveDisplay(frontend.newDisplay());
        }
        return display;
    }

    @Override
    public void onProgress(Progress progress) {
        display().note(notes -> notes.progress(progress));
    }

    @Override
    public void onStep(StepMetrics metrics) {
        display().note(notes -> notes.step(metrics));
    }

    @Override
    public void onValidation(Validation validation) {
        display().note(notes -> notes.validation(validation));
    }

    @Override
    public void onSample(long step, String name, BufferedImage picture) {
        display().note(notes -> notes.sample(step, name, picture));
    }

    /** Waits until the last picture is shown. */
    @Override
    public void onEnd(RunEnd end) {
        if (display != null) {
            display.end(end);
            display = null;
        }
    }
}
