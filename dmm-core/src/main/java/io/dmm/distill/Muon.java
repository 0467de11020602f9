package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.tensor.TrainingOps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Momentum whose update is made nearly orthogonal by a Newton-Schulz iteration (Jordan et al. 2024,
 * "Muon: An optimizer for hidden layers in neural networks"), scaled by 0.2 √max(rows, columns) so
 * that learning rate and weight decay are those of AdamW (Liu et al., arXiv 2502.16982, Eq. 4).
 *
 * <p>That is for the matrices between layers, a convolution's kernel being one of (O, I·k·k).
 * Biases, norms, codebooks, the style prompts' MLP, and the first and last convolution are trained
 * by {@link AdamW}.
 */
public final class Muon extends Optimizer {
    private static final double MOMENTUM = 0.9; // 0.95 is usual; a few hundred steps need less
    private static final String ADAMS =
            "conv_(in|out)\\..*|add_embedding\\..*|.*_embedding\\.weight";

    private final List<Integer> matrices = new ArrayList<>();
    private final List<Integer> others = new ArrayList<>();
    private final List<String> names;
    private final List<NDArray> momenta = new ArrayList<>();
    private final AdamW adamW;
    private final double weightDecay;

    /** Starts training {@code parameters}: from now on they require a gradient. */
    public Muon(NDManager manager, Map<String, NDArray> parameters, double weightDecay) {
        super(manager, parameters);
        this.names = List.copyOf(parameters.keySet());
        this.weightDecay = weightDecay;
        Map<String, NDArray> rest = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            NDArray parameter = parameters().get(i);
            if (parameter.getShape().dimension() < 2 || names.get(i).matches(ADAMS)) {
                others.add(i);
                rest.put(names.get(i), parameter);
            } else {
                matrices.add(i);
                momenta.add(zerosLike(parameter));
            }
        }
        this.adamW = new AdamW(memory(), rest, weightDecay);
    }

    @Override
    void update(List<NDArray> gradients, double learningRate) {
        TrainingOps.muon(
                pick(parameters(), matrices),
                pick(gradients, matrices),
                momenta,
                learningRate,
                MOMENTUM,
                weightDecay);
        adamW.update(pick(gradients, others), learningRate);
    }

    private static List<NDArray> pick(List<NDArray> arrays, List<Integer> indices) {
        return indices.stream().map(arrays::get).toList();
    }

    /** The momenta, after {@code momentum.}, and AdamW's state of the other parameters. */
    @Override
    public Map<String, NDArray> state() {
        Map<String, NDArray> arrays = new LinkedHashMap<>(adamW.state());
        for (int i = 0; i < matrices.size(); i++) {
            arrays.put("momentum." + names.get(matrices.get(i)), momenta.get(i));
        }
        return arrays;
    }
}
