package io.dmm.distill;

/** Is told of every training step, on the thread that trains; it should return at once. */
@FunctionalInterface
public interface TrainingListener {
    void onStep(TrainingProgress progress);
}
