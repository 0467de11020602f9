package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.model.unet.UNet;
import io.dmm.weights.Weights;
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
        UNet student = new UNet(base.config().withStyles(styles), Weights.initial(manager, seed));
        Map<String, NDArray> start = base.parameters();
        student.parameters()
                .forEach(
                        (name, parameter) -> {
                            if (name.startsWith(STYLE_OUTPUT)) {
                                parameter.muli(0f);
                            } else if (start.containsKey(name)) {
                                start.get(name).copyTo(parameter);
                            }
                        });
        return student;
    }
}
