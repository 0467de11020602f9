package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.tensor.TrainingOps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), fused over all
 * parameters.
 */
public final class AdamW extends Optimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;

    private final List<String> names;
    private final List<NDArray> means = new ArrayList<>();
    private final List<NDArray> variances = new ArrayList<>();
    private final List<NDArray> steps = new ArrayList<>();
    private final double weightDecay;

    /** Starts training {@code parameters}: from now on they require a gradient. */
    public AdamW(NDManager manager, Map<String, NDArray> parameters, double weightDecay) {
        super(manager, parameters);
        this.names = List.copyOf(parameters.keySet());
        this.weightDecay = weightDecay;
        for (NDArray parameter : parameters()) {
            means.add(zerosLike(parameter));
            variances.add(zerosLike(parameter));
            steps.add(memory().create(0f));
        }
    }

    @Override
    void update(List<NDArray> gradients, double learningRate) {
        TrainingOps.adamW(
                parameters(),
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

    /**
     * Both moments and the number of updates, after {@code mean.}, {@code variance.} and {@code
     * step.}.
     */
    @Override
    public Map<String, NDArray> state() {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            arrays.put("mean." + names.get(i), means.get(i));
            arrays.put("variance." + names.get(i), variances.get(i));
            arrays.put("step." + names.get(i), steps.get(i));
        }
        return arrays;
    }
}
