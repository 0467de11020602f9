package io.dmm.distill;

import java.time.Duration;
import java.util.Objects;

/**
 * Where a training run stands after a step.
 *
 * @param step the step just finished, 1 … totalSteps
 * @param loss the step's whole loss
 * @param timeLeft the estimate for the remaining steps
 */
public record TrainingProgress(
        long step,
        long totalSteps,
        double loss,
        double learningRate,
        double samplesPerSecond,
        Duration timeLeft) {
    public TrainingProgress {
        if (step < 1 || step > totalSteps) {
            throw new IllegalArgumentException(
                    "TrainingProgress: step, expected 1 to " + totalSteps + " but was " + step);
        }
        Objects.requireNonNull(timeLeft, "timeLeft");
    }
}
