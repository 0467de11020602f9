package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Ops;
import io.dmm.tensor.TrainingOps;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The exponential moving average of parameters over a training (Polyak and Juditsky, 1992, as used
 * by Ho et al., arXiv 2006.11239): a ← d a + (1 − d) θ after each step.
 *
 * <p>The averages live on the manager given.
 */
public final class Ema {
    private static final String UPDATES = "updates";

    private final EmaDecay decay;
    private final List<NDArray> parameters;
    private final Map<String, NDArray> averages = new LinkedHashMap<>();

    /** How often it was updated, beside the averages so that a checkpoint keeps it. */
    private final NDArray updates;

    /**
     * Starts from the parameters as they are.
     *
     * @param parameters in fp32, by name
     */
    public Ema(NDManager manager, Map<String, NDArray> parameters, EmaDecay decay) {
        this.decay = decay;
        this.parameters = List.copyOf(parameters.values());
        this.updates = Ops.create(manager, new float[1], new Shape(1));
        parameters.forEach(
                (name, parameter) -> {
                    try (NDArray values = parameter.stopGradient()) {
                        NDArray average = Ops.plainCopy(values);
                        average.attach(manager);
                        averages.put(name, average);
                    }
                });
    }

    /** Takes in the parameters as they are now: once after each step. */
    public void update() {
        long update = (long) Ops.value(updates);
        TrainingOps.lerp(new ArrayList<>(averages.values()), parameters, 1 - decay.at(update));
        updates.addi(1);
    }

    /** The averages by the names of the parameters, for a network of them. */
    public Map<String, NDArray> averages() {
        return Collections.unmodifiableMap(averages);
    }

    /**
     * What a checkpoint must keep, by name. These are the arrays themselves: writing values into
     * them restores a state.
     */
    public Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>(averages);
        state.put(UPDATES, updates);
        return state;
    }
}
