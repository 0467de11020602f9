package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that every training of this library runs: loss, gradient, clipped step, report.
 *
 * <p>A step whose loss or gradient is not finite changes nothing and is counted as skipped; ten in
 * a row end the run.
 *
 * @param steps how many
 * @param batch samples per step, for the throughput
 * @param accumulation micro-batches per step, whose gradients add up
 * @param maxGradNorm the joint 2-norm to which gradients are clipped
 */
public record TrainingLoop(
        long steps,
        int batch,
        int accumulation,
        Optimizer.Rule optimizerRule,
        LearningRate learningRate,
        double weightDecay,
        double maxGradNorm) {
    /** The name that checkpoints have for what is trained. */
    public static final String PARAMETERS = "parameters";

    /** The activity that a listener hears of. */
    public static final String ACTIVITY = "training";

    /** The weight decay of every training here. */
    public static final double WEIGHT_DECAY = 1e-2;

    /** The joint 2-norm to which the gradients of every training here are clipped. */
    public static final double MAX_GRAD_NORM = 1;

    private static final Logger LOGGER = LoggerFactory.getLogger(TrainingLoop.class);
    private static final int SKIPPED_AT_MOST = 10;

    /** What is minimised. */
    public interface Objective {
        /**
         * Computes the loss of one micro-batch, with gradients recorded, and adds its gradient to
         * those of the parameters.
         *
         * @param memory closed at the end of the micro-batch with all that was made on it
         * @param microStep counted from 0
         * @param share what the micro-batch's gradient is multiplied by
         */
        StepLosses accumulate(NDManager memory, long microStep, double share);

        /** Trains what else the objective has, from the gradients accumulated in this step. */
        default void update() {}

        /** Forgets those gradients: the step was skipped. */
        default void discard() {}

        /**
         * What else than the parameters a checkpoint must keep, by part and name: the arrays
         * themselves, into which a checkpoint is read.
         */
        default Map<String, Map<String, NDArray>> state() {
            return Map.of();
        }

        /** An objective that is one scalar. */
        static Objective of(Scalar loss) {
            return (memory, microStep, share) -> {
                NDArray value = loss.loss(memory, microStep);
                GradMode.backward(share == 1 ? value : Ops.scale(value, share));
                return new StepLosses(value.getFloat(), Map.of());
            };
        }
    }

    /** A loss computed with gradients recorded. */
    @FunctionalInterface
    public interface Scalar {
        NDArray loss(NDManager memory, long microStep);
    }

    public TrainingLoop {
        atLeastOne("steps", steps);
        atLeastOne("batch", batch);
        atLeastOne("accumulation", accumulation);
        if (batch % accumulation != 0) {
            throw new IllegalArgumentException(
                    "training: accumulation, expected a divisor of the batch of "
                            + batch
                            + " but was "
                            + accumulation);
        }
    }

    /** AdamW without accumulation. */
    public TrainingLoop(
            long steps,
            int batch,
            LearningRate learningRate,
            double weightDecay,
            double maxGradNorm) {
        this(steps, batch, 1, Optimizer.Rule.ADAMW, learningRate, weightDecay, maxGradNorm);
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
     * @throws IllegalStateException if ten steps in a row are not finite
     */
    public void run(
            NDManager manager,
            Map<String, NDArray> parameters,
            Objective objective,
            TrainingListener listener) {
        run(manager, parameters, objective, listener, Checkpoints.none());
    }

    /**
     * As without checkpoints, going on after the newest of them and leaving more; an interrupted
     * run leaves one of its last whole step. On the CPU, a run in parts gives the same bytes as one
     * in a piece.
     */
    public void run(
            NDManager manager,
            Map<String, NDArray> parameters,
            Objective objective,
            TrainingListener listener,
            Checkpoints checkpoints) {
        try (Optimizer optimizer = optimizerRule.start(manager, parameters, weightDecay)) {
            Map<String, Map<String, NDArray>> parts = new TreeMap<>();
            parts.put(PARAMETERS, parameters);
            parts.put("optimizer", optimizer.state());
            parts.putAll(objective.state());
            checkpoints.begin(parts);
            try {
                train(manager, optimizer, objective, listener, checkpoints);
            } catch (CancellationException stop) {
                checkpoints.save();
                throw stop;
            }
        }
    }

    private void train(
            NDManager manager,
            Optimizer optimizer,
            Objective objective,
            TrainingListener listener,
            Checkpoints checkpoints) {
        ProgressMeter meter =
                new ProgressMeter(listener, ACTIVITY, checkpoints.done(), steps, System::nanoTime);
        int skipped = 0;
        long allSkipped = 0;
        for (long step = checkpoints.done(); step < steps; step++) {
            meter.checkInterrupted();
            double rate = learningRate.at(step, steps);
            long now = step;
            StepLosses losses = withoutLoss(() -> accumulate(manager, objective, now), checkpoints);
            double norm = update(optimizer, objective, losses, rate);
            checkpoints.advance();
            meter.advance(1);
            StepMetrics metrics =
                    new StepMetrics(
                            step + 1,
                            losses.total(),
                            rate,
                            norm,
                            batch / meter.secondsEach(),
                            meter.seconds(),
                            losses.parts());
            tell(() -> listener.onStep(metrics), checkpoints);
            skipped = metrics.skipped() ? skipped + 1 : 0;
            if (metrics.skipped() && Long.bitCount(++allSkipped) == 1) {
                LOGGER.warn(
                        "step {} was skipped, as {} so far: loss {}, gradient norm {}, parts {}",
                        metrics.step(),
                        allSkipped,
                        metrics.loss(),
                        metrics.gradientNorm(),
                        metrics.losses());
            }
            if (skipped == SKIPPED_AT_MOST) {
                throw notFinite(metrics);
            }
            checkpoints.saveWhenDue(steps);
            tell(meter::report, checkpoints); // what lies between two steps is not counted
        }
    }

    /**
     * Does what leaves the last step whole: where it fails, for lack of memory say, none is lost.
     */
    private static <T> T withoutLoss(Supplier<T> work, Checkpoints checkpoints) {
        try {
            return work.get();
        } catch (RuntimeException | Error failure) {
            try {
                checkpoints.save();
            } catch (RuntimeException unsaved) {
                failure.addSuppressed(unsaved);
            }
            throw failure;
        }
    }

    private static void tell(Runnable listener, Checkpoints checkpoints) {
        withoutLoss(
                () -> {
                    listener.run();
                    return null;
                },
                checkpoints);
    }

    private static IllegalStateException notFinite(StepMetrics last) {
        return new IllegalStateException(
                "training: step %d, expected a finite loss and gradient but was %s with norm %s, and so in %d steps in a row; lower the learning rate or check the experts' weights"
                        .formatted(last.step(), last.loss(), last.gradientNorm(), SKIPPED_AT_MOST));
    }

    private StepLosses accumulate(NDManager manager, Objective objective, long step) {
        List<StepLosses> losses = new ArrayList<>();
        double share = 1.0 / accumulation;
        for (int part = 0; part < accumulation; part++) {
            try (NDManager memory = manager.newSubManager();
                    GradMode mode = GradMode.on()) {
                long microStep = step * accumulation + part;
                losses.add(objective.accumulate(memory, microStep, share));
            }
        }
        return StepLosses.mean(losses);
    }

    /**
     * Takes the step, unless its loss or gradient is not finite.
     *
     * @return the gradient's norm, not finite where the step is skipped
     */
    private double update(
            Optimizer optimizer, Objective objective, StepLosses losses, double rate) {
        double norm = Double.NaN;
        if (Double.isFinite(losses.total())) {
            norm = optimizer.step(rate, maxGradNorm);
        } else {
            optimizer.discard();
        }
        if (Double.isFinite(norm)) {
            objective.update();
        } else {
            objective.discard();
        }
        return norm;
    }
}
