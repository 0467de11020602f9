package io.dmm.tensor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The operators of PyTorch that DJL does not offer, as differentiable functions of arrays.
 *
 * <p>Each is a method of a TorchScript module whose source is the resource {@code ops.torchscript}.
 * A result belongs to the manager of the first argument. Pixels are (B, C, H, W), tokens (B, S, D).
 */
public final class Ops {
    /** PyTorch's Layout::Mkldnn. */
    private static final int ONEDNN_LAYOUT = 2;

    private static final NDManager MANAGER = Compute.newManager();

    /** Scalar arguments stay on the CPU: reading one on a GPU would wait for the device. */
    private static final NDManager CPU = MANAGER.newSubManager(Device.cpu());

    private static final PtSymbolBlock MODULE = TorchScriptArchive.load(MANAGER);
    private static final Map<String, NDArray> METHODS = new ConcurrentHashMap<>();
    private static final Map<Number, NDArray> SCALARS = new ConcurrentHashMap<>();

    private Ops() {}

    /**
     * An array that owns its memory. DJL's own arrays made from Java data share a buffer with the
     * garbage collector once they are closed, which a gradient may still need.
     */
    public static NDArray create(NDManager manager, float[] values, Shape shape) {
        try (NDArray shared = manager.create(values, shape)) {
            return shared.duplicate();
        }
    }

    /** As {@link #create(NDManager, float[], Shape)}. */
    public static NDArray create(NDManager manager, long[] values, Shape shape) {
        try (NDArray shared = manager.create(values, shape)) {
            return shared.duplicate();
        }
    }

    /** x Wᵀ + b: (…, I) → (…, O) with W of (O, I). */
    public static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
        return bias == null ? call("linear_no_bias", x, weight) : call("linear", x, weight, bias);
    }

    /** Matrix product: (B, I), (I, O) → (B, O). */
    public static NDArray matMul(NDArray x, NDArray y) {
        return call("matmul", x, y);
    }

    /** Convolution with stride 1 that keeps height and width. */
    public static NDArray conv2d(NDArray x, NDArray weight, NDArray bias) {
        return call("conv2d", x, weight, bias);
    }

    /** 3×3 convolution with stride 2 and padding 1: halves height and width. */
    public static NDArray conv2dDownsample(NDArray x, NDArray weight, NDArray bias) {
        return call("conv2d_downsample", x, weight, bias);
    }

    /** As {@link #conv2dDownsample}, padded at the right and bottom only, as the VAE does. */
    public static NDArray conv2dDownsamplePaddedRight(NDArray x, NDArray weight, NDArray bias) {
        return call("conv2d_downsample_padded_right", x, weight, bias);
    }

    /** Doubles height and width by repeating pixels. */
    public static NDArray upsampleNearest(NDArray x) {
        return call("upsample_nearest", x);
    }

    /** Group normalisation (Wu and He, arXiv 1803.08494). */
    public static NDArray groupNorm(
            NDArray x, NDArray weight, NDArray bias, int groups, double eps) {
        return call("group_norm", x, weight, bias, scalar(groups), scalar(eps));
    }

    /** SiLU of the group normalisation. */
    public static NDArray groupNormSilu(
            NDArray x, NDArray weight, NDArray bias, int groups, double eps) {
        return call("group_norm_silu", x, weight, bias, scalar(groups), scalar(eps));
    }

    /** Layer normalisation over the last axis. */
    public static NDArray layerNorm(NDArray x, NDArray weight, NDArray bias, double eps) {
        return call("layer_norm", x, weight, bias, scalar(eps));
    }

    /** x · sigmoid(x). */
    public static NDArray silu(NDArray x) {
        return call("silu", x);
    }

    /** Exact (erf) GELU. */
    public static NDArray gelu(NDArray x) {
        return call("gelu", x);
    }

    /** x · sigmoid(1.702 x), the GELU of OpenAI's CLIP. */
    public static NDArray quickGelu(NDArray x) {
        return call("quick_gelu", x);
    }

    /** Gated GELU (Shazeer, arXiv 2002.05202): first half of the projection · GELU(second half). */
    public static NDArray geglu(NDArray x, NDArray weight, NDArray bias) {
        return call("geglu", x, weight, bias);
    }

    /**
     * Multi-head scaled dot-product attention: (B, S, D), (B, S', D), (B, S', D) → (B, S, D).
     *
     * <p>For many tokens in bf16 on the CPU, plain products of 256 rows at a time are a third
     * faster than PyTorch's fused kernel; scores are then rounded to bf16, too.
     */
    public static NDArray attention(NDArray query, NDArray key, NDArray value, int heads) {
        return call("attention", query, key, value, scalar(heads));
    }

    /** As {@link #attention}, each token seeing itself and those before it. */
    public static NDArray causalAttention(NDArray query, NDArray key, NDArray value, int heads) {
        return call("causal_attention", query, key, value, scalar(heads));
    }

    /** (B, C, H, W) → (B, H·W, C). */
    public static NDArray pixelsToTokens(NDArray x) {
        return call("pixels_to_tokens", x);
    }

    /** (B, H·W, C) → (B, C, H, W), the shape of {@code like}. */
    public static NDArray tokensToPixels(NDArray x, NDArray like) {
        return call("tokens_to_pixels", x, like);
    }

    /** Rows of {@code weight} (V, D) by {@code ids} (B, S), attached to the manager of the ids. */
    public static NDArray embedding(NDArray weight, NDArray ids) {
        NDArray rows = call("embedding", weight, ids);
        rows.attach(ids.getManager());
        return rows;
    }

    /** Rows of a table (M, …) by index (B) → (B, …), on {@code manager}. */
    public static NDArray rows(NDManager manager, NDArray table, long[] indices) {
        NDArray rows = call("rows", table, manager.create(indices));
        rows.attach(manager);
        return rows;
    }

    /** Adds (B, C) to every pixel of (B, C, H, W). */
    public static NDArray addChannelBias(NDArray x, NDArray bias) {
        return call("add_channel_bias", x, bias);
    }

    /** Concatenation along the channels. */
    public static NDArray concatChannels(NDArray x, NDArray y) {
        return call("concat_channels", x, y);
    }

    /**
     * x · factor. Where gradients are recorded, DJL's product with a number will not do: it keeps
     * the number in memory that the garbage collector may free before the backward pass.
     */
    public static NDArray scale(NDArray x, double factor) {
        return call("scale", x, scalar(factor));
    }

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
     * Lays out the weight of a convolution or of {@link #linear} for inference on the CPU, where
     * oneDNN otherwise does so in every call; elsewhere returns it. The operators of this class
     * take the result as they take the weight; anything else needs {@link #plainCopy}.
     */
    public static NDArray prepare(NDArray weight) {
        return weight.getDevice().isGpu() ? weight : call("prepare", weight);
    }

    /** A copy of a weight, in the layout it had before {@link #prepare}; values are the same. */
    public static NDArray plainCopy(NDArray weight) {
        return call("plain_copy", weight);
    }

    /** The same memory under a handle of its own, which another manager may close. */
    public static NDArray share(NDArray array) {
        return call("forward", array);
    }

    /** Whether a weight is one that {@link #prepare} gave: it has no gradient. */
    public static boolean isPrepared(NDArray weight) {
        return JniUtils.getLayout((PtNDArray) weight) == ONEDNN_LAYOUT;
    }

    /**
     * Writes values into {@code array} (M) from index {@code at} on, widening them to its type.
     *
     * @return how many of them are NaN or infinite; a sum tells in one pass that none is
     */
    public static long fill(NDArray array, long at, NDArray values) {
        try (GradMode mode = GradMode.off();
                NDArray begin = onCpu((double) at);
                NDArray notFinite = call("fill", array, begin, values)) {
            return notFinite.getLong();
        }
    }

    /**
     * Overwrites {@code array} by values of its shape and type. DJL's {@code copyTo} puts a buffer
     * of Java's in the place of its memory instead, which is freed once the array object is gone,
     * though a gradient lives on, and which arrays that shared the memory do not see.
     */
    public static void assign(NDArray array, NDArray values) {
        try (GradMode mode = GradMode.off();
                NDArray unused = call("assign", array, values)) {
            // the array has changed in place
        }
    }

    /** Opaque bfloat16 copy: only for the operators of this class, see {@link Precision#BF16}. */
    public static NDArray toBf16(NDArray x) {
        return call("to_bf16", x);
    }

    /** Copy in fp32. */
    public static NDArray toFp32(NDArray x) {
        return call("to_fp32", x);
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
            return norm.toFloatArray()[0];
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

    /** DJL passes arrays of one name that ends in [] as a list. */
    private static void addList(NDList inputs, String name, List<NDArray> arrays) {
        for (NDArray array : arrays) {
            array.setName(name + "[]");
            inputs.add(array);
        }
    }

    /** Calls a method on named lists and scalars, and takes the names off again. */
    private static NDArray callOnLists(String method, NDList lists, NDArray... scalars) {
        NDList inputs = new NDList(lists);
        inputs.addAll(List.of(scalars));
        inputs.add(METHODS.computeIfAbsent(method, Ops::methodMarker));
        try {
            return IValueUtils.forward(MODULE, inputs, true).head();
        } finally {
            lists.forEach(array -> array.setName(null));
        }
    }

    private static NDArray call(String method, NDArray... arguments) {
        NDList inputs = new NDList(arguments);
        inputs.add(METHODS.computeIfAbsent(method, Ops::methodMarker));
        return IValueUtils.forward(MODULE, inputs, true).head();
    }

    /** DJL chooses a method other than forward by the name of an extra last array. */
    private static NDArray methodMarker(String method) {
        NDArray marker = MANAGER.create(0f);
        marker.setName("module_method:" + method);
        return marker;
    }

    private static NDArray scalar(Number value) {
        return SCALARS.computeIfAbsent(value, Ops::onCpu);
    }

    private static NDArray onCpu(Number value) {
        return value instanceof Integer i
                ? CPU.create(i.intValue())
                : CPU.create(value.doubleValue());
    }
}
