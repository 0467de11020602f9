package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.tensor.Ops;
import io.dmm.tensor.TrainingOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Changes parameters by their gradients.
 *
 * <p>Its state lives on a manager of its own; {@link #close} frees it and leaves the parameters.
 */
public abstract class Optimizer implements AutoCloseable {
    private final List<NDArray> parameters;
    private final NDManager memory;

    /** How a step follows from a gradient. */
    public enum Rule {
        /** The usual one, and the paper's. */
        ADAMW {
            @Override
            Optimizer start(
                    NDManager manager, Map<String, NDArray> parameters, double weightDecay) {
                return new AdamW(manager, parameters, weightDecay);
            }
        },
        /** {@link Muon}: fewer steps, each a little dearer. */
        MUON {
            @Override
            Optimizer start(
                    NDManager manager, Map<String, NDArray> parameters, double weightDecay) {
                return new Muon(manager, parameters, weightDecay);
            }
        };

        /** Starts training {@code parameters}: from now on they require a gradient. */
        abstract Optimizer start(
                NDManager manager, Map<String, NDArray> parameters, double weightDecay);
    }

    Optimizer(NDManager manager, Map<String, NDArray> parameters) {
        this.parameters = List.copyOf(parameters.values());
        this.memory = manager.newSubManager();
        for (NDArray parameter : this.parameters) {
            if (Ops.isPrepared(parameter)) {
                throw new IllegalArgumentException(
                        "optimizer: expected parameters to train but was a weight prepared for"
                                + " inference; train a copy of the network");
            }
            parameter.setRequiresGradient(true);
        }
    }

    /** Receives the state. */
    NDManager memory() {
        return memory;
    }

    List<NDArray> parameters() {
        return parameters;
    }

    /** An array of zeros for the state, shaped as {@code parameter}. */
    NDArray zerosLike(NDArray parameter) {
        NDArray zeros = parameter.zerosLike();
        zeros.attach(memory);
        return zeros;
    }

    /**
     * Updates the parameters from the gradients accumulated since the last step and clears those. A
     * gradient that is not finite changes neither parameters nor state.
     *
     * @param maxNorm gradients are scaled so that their joint 2-norm is at most this
     * @return the norm before scaling
     */
    public double step(double learningRate, double maxNorm) {
        List<NDArray> gradients = new ArrayList<>(parameters.size());
        try {
            for (NDArray parameter : parameters) {
                gradients.add(parameter.getGradient());
            }
            double norm = TrainingOps.clipGradNorm(gradients, maxNorm);
            if (Double.isFinite(norm)) {
                update(gradients, learningRate);
            } else {
                gradients.forEach(Optimizer::clear);
            }
            return norm;
        } finally {
            gradients.forEach(NDArray::close);
        }
    }

    /** Clears the gradients accumulated since the last step instead of taking it. */
    public void discard() {
        for (NDArray parameter : parameters) {
            try (NDArray gradient = parameter.getGradient()) {
                clear(gradient);
            }
        }
    }

    /** Overwrites: DJL subtracts a gradient from itself, which keeps NaN. */
    private static void clear(NDArray gradient) {
        try (NDArray zeros = gradient.zerosLike()) {
            Ops.assign(gradient, zeros);
        }
    }

    /** Changes parameters and state by gradients, in the parameters' order, and clears those. */
    abstract void update(List<NDArray> gradients, double learningRate);

    /**
     * What a checkpoint must keep besides the parameters, by name. These are the arrays themselves:
     * writing values into them restores a state.
     */
    public abstract Map<String, NDArray> state();

    /** Stops training: the parameters no longer require a gradient. */
    @Override
    public void close() {
        parameters.forEach(parameter -> parameter.setRequiresGradient(false));
        memory.close();
    }
}
