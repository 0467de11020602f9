package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.tensor.GradMode;
import java.util.Map;
import java.util.concurrent.CancellationException;

/**
 * The loop that every training of this library runs: loss, gradient, clipped AdamW step, report.
 *
 * @param steps how many
 * @param batch samples per step, for the throughput
 * @param maxGradNorm the joint 2-norm to which gradients are clipped
 */
public record TrainingLoop(
        long steps, int batch, LearningRate learningRate, double weightDecay, double maxGradNorm) {

    /** What is minimised. */
    @FunctionalInterface
    public interface Objective {
        /**
         * Computes the loss of one step, with gradients recorded.
         *
         * @param memory closed at the end of the step with all that was made on it
         * @param step counted from 0
         * @return a scalar
         */
        NDArray loss(NDManager memory, long step);
    }

    public TrainingLoop {
        atLeastOne("steps", steps);
        atLeastOne("batch", batch);
    }

    private static void atLeastOne(String what, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "training: " + what + ", expected at least 1 but was " + value);
        }
    }

    /**
     * Trains {@code parameters} in place.
     *
     * @throws CancellationException if the thread is interrupted; within one step, and its
     *     interrupted status is cleared
     * @throws IllegalStateException if the loss or a gradient is not finite
     */
    public void run(
            NDManager manager,
            Map<String, NDArray> parameters,
            Objective objective,
            TrainingListener listener) {
        ProgressMeter meter = new ProgressMeter(listener, "training", steps);
        try (AdamW optimizer = new AdamW(manager, parameters, weightDecay)) {
            for (long step = 0; step < steps; step++) {
                meter.checkInterrupted();
                double rate = learningRate.at(step, steps);
                StepResult result = step(manager, optimizer, objective, step, rate);
                meter.advance(1);
                listener.onStep(
                        new StepMetrics(
                                step + 1,
                                result.loss,
                                rate,
                                result.gradientNorm,
                                batch / meter.secondsEach(),
                                meter.seconds(),
                                Map.of()));
                meter.report();
            }
        }
    }

    private record StepResult(double loss, double gradientNorm) {}

    private StepResult step(
            NDManager manager, AdamW optimizer, Objective objective, long step, double rate) {
        try (NDManager memory = manager.newSubManager();
                GradMode mode = GradMode.on()) {
            NDArray loss = objective.loss(memory, step);
            GradMode.backward(loss);
            float value = loss.getFloat();
            double norm = optimizer.step(rate, maxGradNorm);
            if (!Float.isFinite(value) || !Double.isFinite(norm)) {
                throw new IllegalStateException(
                        "training: step "
                                + (step + 1)
                                + ", expected a finite loss and gradient but was "
                                + value
                                + " with norm "
                                + norm
                                + "; lower the learning rate or check the experts' weights");
            }
            return new StepResult(value, norm);
        }
    }
}
