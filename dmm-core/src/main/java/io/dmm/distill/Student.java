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
    private static final String CODEBOOK = "model_embedding.weight";
    private static final String STYLE_OUTPUT = "add_embedding.linear_2.";

    /** The weights that a student starts from, besides its fresh style prompts. */
    public enum Start {
        /** Those of the base; every style is the base at first. */
        BASE,
        /** Those of the base and a style branch of random weights, as in the paper. */
        BASE_WITH_RANDOM_STYLES,
        /**
         * The mean of the experts' weights, which is nearer to all of them; every style is that.
         */
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
        UNet student = withRandomStyles(manager, base, styles, seed);
        student.parameters()
                .forEach(
                        (name, parameter) -> {
                            if (name.startsWith(STYLE_OUTPUT)) {
                                parameter.muli(0f);
                            }
                        });
        return student;
    }

    /** As {@link #of}, with a last layer of random weights, too. */
    public static UNet withRandomStyles(NDManager manager, UNet base, int styles, long seed) {
        UNetConfig config = base.config().withStyles(styles);
        Weights fresh = Weights.initial(manager, seed);
        new StyleEmbedding(fresh, styles, config.embeddingWidth()); // takes its weights from fresh
        Map<String, NDArray> parameters = new LinkedHashMap<>(fresh.taken());
        parameters.putAll(base.copy(manager).parameters());
        return new UNet(config, Weights.of(parameters, "student"));
    }

    /**
     * Copies a merged model's weights and adds random rows to its codebook, for continual merging
     * (DMM, section 3.5).
     *
     * @param manager receives the weights
     * @param styles how many rows are added
     */
    public static UNet extended(NDManager manager, UNet merged, int styles, long seed) {
        UNetConfig before = merged.config();
        int all = before.styles() + styles;
        Map<String, NDArray> parameters = new LinkedHashMap<>(merged.copy(manager).parameters());
        try (NDManager memory = manager.newSubManager()) {
            NDArray old = parameters.get(CODEBOOK);
            // rows that the seed did not give to a style before
            NDArray rows =
                    Weights.initial(memory, seed).get(CODEBOOK, all, before.embeddingWidth());
            NDArray fresh = rows.get(before.styles() + ":" + all);
            NDArray codebook = styles == 0 ? old : old.concat(fresh, 0);
            codebook.attach(manager);
            parameters.put(CODEBOOK, codebook);
        }
        return new UNet(before.withStyles(all), Weights.of(parameters, "student"));
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
                                    try (NDArray copy = Ops.plainCopy(weight)) {
                                        copy.subi(mean.get(name)).muli(share);
                                        mean.get(name).addi(copy);
                                    }
                                });
            }
        }
    }
}
