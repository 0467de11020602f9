package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.tensor.Ops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    private final List<String> names;
    private final List<NDArray> parameters;
    private final List<NDArray> means = new ArrayList<>();
    private final List<NDArray> variances = new ArrayList<>();
    private final List<NDArray> steps = new ArrayList<>();
    private final NDManager state;
    private final double weightDecay;

    /** Starts training {@code parameters}: from now on they require a gradient. */
    public AdamW(NDManager manager, Map<String, NDArray> parameters, double weightDecay) {
        this.names = List.copyOf(parameters.keySet());
        this.parameters = List.copyOf(parameters.values());
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
                gradients.forEach(AdamW::clear);
            }
            return norm;
        } finally {
            gradients.forEach(NDArray::close);
        }
    }

    /**
     * Clears the gradients accumulated since the last step instead of taking it.
     *
     * @return NaN, the norm of a gradient that is of no use
     */
    public double discard() {
        for (NDArray parameter : parameters) {
            try (NDArray gradient = parameter.getGradient()) {
                clear(gradient);
            }
        }
        return Double.NaN;
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

    /** Overwrites: DJL subtracts a gradient from itself, which keeps NaN. */
    private static void clear(NDArray gradient) {
        try (NDArray zeros = gradient.zerosLike()) {
            Ops.assign(gradient, zeros);
        }
    }

    /**
     * What a checkpoint must keep besides the parameters: of each, both moments and the number of
     * updates, under its name after {@code mean.}, {@code variance.} and {@code step.}. These are
     * the arrays themselves: writing values into them restores a state.
     */
    public Map<String, NDArray> state() {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            arrays.put("mean." + names.get(i), means.get(i));
            arrays.put("variance." + names.get(i), variances.get(i));
            arrays.put("step." + names.get(i), steps.get(i));
        }
        return arrays;
    }

    /** Stops training: the parameters no longer require a gradient. */
    @Override
    public void close() {
        parameters.forEach(parameter -> parameter.setRequiresGradient(false));
        state.close();
    }
}
