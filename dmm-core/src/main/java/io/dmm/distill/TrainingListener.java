package io.dmm.distill;

/** Is told how a run goes on, on the thread that runs it; it should return at once. */
public interface TrainingListener {
    /** Hears nothing. */
    TrainingListener NONE = progress -> {};

    /** Is called as often as every step or batch of pictures, by every activity of a run. */
    void onProgress(Progress progress);

    /** Is called after each training step, before the progress. */
    default void onStep(StepMetrics metrics) {}

    /** Is called when a validation is done, where the run has one. */
    default void onValidation(Validation validation) {}
}
