package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.model.unet.StyleEmbedding;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.tensor.Ops;
import io.dmm.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The network under training, and what it starts from. */
public final class Student {
    private static final String STYLE_OUTPUT = "add_embedding.linear_2.";

    /** The weights that a student starts from, besides its fresh style prompts. */
    public enum Start {
        /** Those of the base, as in the paper. */
        BASE,
        /** The mean of the experts' weights, which is nearer to all of them. */
        MEAN_OF_EXPERTS
    }

    private Student() {}

    /**
     * Copies the base's weights and adds a codebook of styles: random rows, and a last layer of
     * zeros, so that at first every style is the base.
     *
     * @param manager receives the weights
     */
    public static UNet of(NDManager manager, UNet base, int styles, long seed) {
        UNetConfig config = base.config().withStyles(styles);
        Weights fresh = Weights.initial(manager, seed);
        new StyleEmbedding(fresh, styles, config.embeddingWidth()); // takes its weights from fresh
        Map<String, NDArray> parameters = new LinkedHashMap<>(fresh.taken());
        parameters.forEach(
                (name, parameter) -> {
                    if (name.startsWith(STYLE_OUTPUT)) {
                        parameter.muli(0f);
                    }
                });
        parameters.putAll(base.copy(manager).parameters());
        return new UNet(config, Weights.of(parameters, "student"));
    }

    /**
     * Replaces the student's weights, but not its style prompts, by the mean over experts (weight
     * averaging, Wortsman et al., arXiv 2203.05482), read one after the other.
     */
    public static void startFromMean(
            NDManager manager, UNet student, Iterable<Function<NDManager, UNet>> experts) {
        int count = 0;
        Map<String, NDArray> mean = student.parameters();
        for (Function<NDManager, UNet> expert : experts) {
            count++;
            try (NDManager memory = manager.newSubManager()) {
                float share = 1f / count;
                expert.apply(memory)
                        .parameters()
                        .forEach(
                                (name, weight) -> {
                                    NDArray difference = Ops.plainCopy(weight).sub(mean.get(name));
                                    mean.get(name).addi(difference.muli(share));
                                });
            }
        }
    }
}
