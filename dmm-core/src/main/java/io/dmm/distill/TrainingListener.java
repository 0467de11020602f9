package io.dmm.distill;

import java.awt.image.BufferedImage;

/**
 * Is told how a run goes on, on the thread that runs it; it should return at once. What it throws
 * ends the run, but at its end: {@link #onEnd} changes neither a result, beside which a warning is
 * logged, nor a failure, which keeps what was thrown as suppressed.
 */
public interface TrainingListener {
    /** Hears nothing. */
    TrainingListener NONE = progress -> {};

    /** Is called as often as every step or batch of pictures, by every activity of a run. */
    void onProgress(Progress progress);

    /** Is called after each training step, before the progress. */
    default void onStep(StepMetrics metrics) {}

    /** Is called after each validation. */
    default void onValidation(Validation validation) {}

    /**
     * Is called with each picture that shows how far the student has come.
     *
     * @param step after which it was drawn
     * @param name the same for pictures to compare, for example the style
     */
    default void onSample(long step, String name, BufferedImage picture) {}

    /**
     * Is called once when a {@code Distillation}, {@code Comparison} or {@code Evaluation} ends,
     * however it ends, before that returns or throws.
     */
    default void onEnd(RunEnd end) {}

    /**
     * A listener by which this one and another hear everything, in that order; of an event at which
     * this one throws, the other hears only if it is the end.
     */
    default TrainingListener and(TrainingListener other) {
        return new BothListeners(this, other);
    }
}
