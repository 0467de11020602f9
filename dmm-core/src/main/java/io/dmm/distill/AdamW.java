package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.tensor.Ops;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), fused over all
 * parameters.
 *
 * <p>The state lives on a manager of its own; {@link #close} frees it and leaves the parameters.
 */
public final class AdamW implements AutoCloseable {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;

    private final List<NDArray> parameters;
    private final List<NDArray> means = new ArrayList<>();
    private final List<NDArray> variances = new ArrayList<>();
    private final List<NDArray> steps = new ArrayList<>();
    private final NDManager state;
    private final double weightDecay;

    /** Starts training {@code parameters}: from now on they require a gradient. */
    public AdamW(NDManager manager, Collection<NDArray> parameters, double weightDecay) {
        this.parameters = List.copyOf(parameters);
        this.weightDecay = weightDecay;
        this.state = manager.newSubManager();
        for (NDArray parameter : this.parameters) {
            if (Ops.isPrepared(parameter)) {
                throw new IllegalArgumentException(
                        "AdamW: expected parameters to train but was a weight prepared for"
                                + " inference; train a copy of the network");
            }
            parameter.setRequiresGradient(true);
            for (List<NDArray> moments : List.of(means, variances)) {
                NDArray zeros = parameter.zerosLike();
                zeros.attach(state);
                moments.add(zeros);
            }
            steps.add(state.create(0f));
        }
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
            double norm = Ops.clipGradNorm(gradients, maxNorm);
            if (Double.isFinite(norm)) {
                update(gradients, learningRate);
            } else {
                Ops.clear(gradients);
            }
            return norm;
        } finally {
            gradients.forEach(NDArray::close);
        }
    }

    private void update(List<NDArray> gradients, double learningRate) {
        Ops.adamW(
                parameters,
                gradients,
                means,
                variances,
                steps,
                learningRate,
                BETA1,
                BETA2,
                weightDecay,
                EPS);
    }

    /** Stops training: the parameters no longer require a gradient. */
    @Override
    public void close() {
        parameters.forEach(parameter -> parameter.setRequiresGradient(false));
        state.close();
    }
}
