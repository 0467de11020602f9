package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import java.util.TreeMap;

/** An objective after each of whose steps the parameters are averaged. */
public record Averaging(TrainingLoop.Objective objective, Ema ema)
        implements TrainingLoop.Objective {
    /** The part of a checkpoint that the averages are. */
    public static final String PART = "ema";

    @Override
    public StepLosses accumulate(NDManager memory, long microStep, double share) {
        return objective.accumulate(memory, microStep, share);
    }

    @Override
    public void update() {
        objective.update();
        ema.update();
    }

    @Override
    public void discard() {
        objective.discard();
    }

    @Override
    public Map<String, Map<String, NDArray>> state() {
        Map<String, Map<String, NDArray>> parts = new TreeMap<>(objective.state());
        parts.put(PART, ema.state());
        return parts;
    }
}
