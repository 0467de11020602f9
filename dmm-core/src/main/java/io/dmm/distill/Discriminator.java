package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.model.unet.UNetEncoder;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells whose picture noisy latents show (DMM, arXiv 2504.12364, Algorithm 1 and appendix A.2):
 * class i means that of teacher i, class N+i the student's imitation of style i.
 *
 * <p>A frozen copy of the base's way down and middle looks at them, told their timestep and the
 * caption's text states but no style, and a small head judges. The paper names neither the
 * backbone's weights nor its conditioning: they are the base's, as it was trained.
 */
final class Discriminator {
    private final UNetConfig config;
    private final int classes;
    private final UNetEncoder backbone;
    private final DiscriminatorHead head;
    private final Map<String, NDArray> parameters;

    /**
     * @param manager receives the weights
     * @param styles N
     * @param seed of the head's initial weights
     */
    Discriminator(NDManager manager, UNet base, int styles, long seed) {
        config = base.config();
        classes = 2 * styles;
        backbone = UNetEncoder.copyOf(base, manager);
        Weights fresh = Weights.initial(manager, seed);
        head = new DiscriminatorHead(fresh, config, classes);
        parameters = fresh.taken();
    }

    /** The weights of the head, by name. */
    Map<String, NDArray> parameters() {
        return parameters;
    }

    /**
     * What the backbone sees in latents (B, C, H, W), for {@link #judge} and {@link #train}.
     *
     * @param context the captions' text states of the base, (B, S, D)
     */
    NDArray features(NDArray latents, float[] timesteps, NDArray context) {
        return backbone.forward(latents, timesteps, context);
    }

    /** Logits (B, 2N) whose gradient reaches the latents only: for the student. */
    NDArray judge(NDArray features) {
        try (Scope scope = Scope.over(features)) {
            Map<String, NDArray> detached = new LinkedHashMap<>();
            parameters.forEach(
                    (name, weight) -> {
                        NDArray view = weight.stopGradient();
                        view.attach(scope.manager());
                        detached.put(name, view);
                    });
            Weights frozen = Weights.of(detached, "discriminator");
            return scope.keep(new DiscriminatorHead(frozen, config, classes).forward(features));
        }
    }

    /** The same logits, whose gradient reaches {@link #parameters}: for its own training. */
    NDArray train(NDArray features) {
        return head.forward(features);
    }
}
