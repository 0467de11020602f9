package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.model.unet.StyleEmbedding;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;

/** The network under training. */
public final class Student {
    private static final String STYLE_OUTPUT = "add_embedding.linear_2.";

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
        new StyleEmbedding(fresh, styles, config.embeddingWidth());
        Map<String, NDArray> parameters = new LinkedHashMap<>(fresh.taken());
        parameters.forEach(
                (name, parameter) -> {
                    if (name.startsWith(STYLE_OUTPUT)) {
                        parameter.muli(0f);
                    }
                });
        base.parameters()
                .forEach(
                        (name, parameter) -> {
                            NDArray copy = parameter.duplicate();
                            copy.attach(manager);
                            parameters.put(name, copy);
                        });
        return new UNet(config, Weights.of(parameters, "student"));
    }
}
