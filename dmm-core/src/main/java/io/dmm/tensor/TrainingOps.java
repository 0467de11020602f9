package io.dmm.tensor;

import static io.dmm.tensor.Intrinsics.addList;
import static io.dmm.tensor.Intrinsics.call;
import static io.dmm.tensor.Intrinsics.callOnLists;
import static io.dmm.tensor.Intrinsics.onCpu;
import static io.dmm.tensor.Intrinsics.scalar;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;

/** What training needs beside {@link Ops}: distances to minimise, and updates of parameters. */
public final class TrainingOps {
    private TrainingOps() {}

    /** Mean of the squared differences over all elements. */
    public static NDArray mse(NDArray x, NDArray target) {
        return call("mse", x, target);
    }

    /** Mean of the squared differences of each sample: (B, …) → (B). */
    public static NDArray msePerSample(NDArray x, NDArray target) {
        return call("mse_per_sample", x, target);
    }

    /** Squared 2-norm of each sample's difference, averaged over the batch: (B, …) → scalar. */
    public static NDArray squaredDistance(NDArray x, NDArray target) {
        return call("squared_distance", x, target);
    }

    /** 1 − the cosine of two pixels' channels, averaged over all pixels: (B, C, H, W) → scalar. */
    public static NDArray cosineDistance(NDArray x, NDArray target) {
        return call("cosine_distance", x, target);
    }

    /** Cross-entropy of logits (B, M) and classes (B), averaged over the batch. */
    public static NDArray crossEntropy(NDArray logits, NDArray classes) {
        return call("cross_entropy", logits, classes);
    }

    /**
     * Scales gradients in place so that their joint 2-norm is at most {@code maxNorm}.
     *
     * @return the norm before scaling
     */
    public static double clipGradNorm(List<NDArray> gradients, double maxNorm) {
        NDList inputs = new NDList();
        addList(inputs, "gradients", gradients);
        try (NDArray max = onCpu(maxNorm);
                NDArray norm = callOnLists("clip_grad_norm", inputs, max)) {
            return Ops.value(norm);
        }
    }

    /**
     * One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101, Algorithm 2), fused over all
     * parameters and in place; clears the gradients.
     */
    public static void adamW(
            List<NDArray> parameters,
            List<NDArray> gradients,
            List<NDArray> means,
            List<NDArray> variances,
            List<NDArray> steps,
            double learningRate,
            double beta1,
            double beta2,
            double weightDecay,
            double eps) {
        if (parameters.isEmpty()) {
            return;
        }
        NDList inputs = new NDList();
        addList(inputs, "parameters", parameters);
        addList(inputs, "gradients", gradients);
        addList(inputs, "means", means);
        addList(inputs, "variances", variances);
        addList(inputs, "steps", steps);
        try (GradMode mode = GradMode.off();
                NDArray rate = onCpu(learningRate);
                NDArray unused =
                        callOnLists(
                                "adamw",
                                inputs,
                                rate,
                                scalar(beta1),
                                scalar(beta2),
                                scalar(weightDecay),
                                scalar(eps))) {
            // the parameters have changed in place
        }
    }

    /**
     * One step of Muon (Jordan et al. 2024) over matrices, in place: momentum, orthogonalised;
     * clears the gradients.
     */
    public static void muon(
            List<NDArray> parameters,
            List<NDArray> gradients,
            List<NDArray> momenta,
            double learningRate,
            double momentum,
            double weightDecay) {
        if (parameters.isEmpty()) {
            return;
        }
        NDList inputs = new NDList();
        addList(inputs, "parameters", parameters);
        addList(inputs, "gradients", gradients);
        addList(inputs, "momenta", momenta);
        try (GradMode mode = GradMode.off();
                NDArray rate = onCpu(learningRate);
                NDArray unused =
                        callOnLists("muon", inputs, rate, scalar(momentum), scalar(weightDecay))) {
            // the parameters have changed in place
        }
    }

    /** Moves each array towards its target in place: a + weight (target − a). */
    public static void lerp(List<NDArray> arrays, List<NDArray> targets, double weight) {
        NDList inputs = new NDList();
        addList(inputs, "arrays", arrays);
        addList(inputs, "targets", targets);
        try (GradMode mode = GradMode.off();
                NDArray share = onCpu(weight);
                NDArray unused = callOnLists("lerp", inputs, share)) {
            // the arrays have changed in place
        }
    }
}
