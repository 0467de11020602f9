package io.dmm.tensor;

import static io.dmm.tensor.Intrinsics.call;
import static io.dmm.tensor.Intrinsics.onCpu;
import static io.dmm.tensor.Intrinsics.scalar;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * The operators of PyTorch that DJL does not offer, as differentiable functions of arrays.
 *
 * <p>Each is a method of a TorchScript module whose source is the resource {@code ops.torchscript}.
 * A result belongs to the manager of the first argument. Pixels are (B, C, H, W), tokens (B, S, D).
 */
public final class Ops {
    /** PyTorch's Layout::Mkldnn. */
    private static final int ONEDNN_LAYOUT = 2;

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

    /**
     * The directions in which a matrix reaches furthest: (R, C) → (R, r), its left singular vectors
     * of the r largest singular values.
     */
    public static NDArray principalAxes(NDArray matrix, int count) {
        return call("principal_axes", matrix, scalar(count));
    }

    /** The root R of a symmetric matrix without negative eigenvalues: R Rᵀ = S, all (D, D). */
    public static NDArray symmetricRoot(NDArray matrix) {
        return call("symmetric_root", matrix);
    }

    /** The trace of (S T)^½, of S given by its {@link #symmetricRoot} and T of the same kind. */
    public static NDArray rootTrace(NDArray root, NDArray matrix) {
        return call("root_trace", root, matrix);
    }

    /** Convolution with stride 1 that keeps height and width. */
    public static NDArray conv2d(NDArray x, NDArray weight, NDArray bias) {
        return call("conv2d", x, weight, bias);
    }

    /** 3×3 convolution with stride 2 and padding 1: halves height and width, rounded up. */
    public static NDArray conv2dDownsample(NDArray x, NDArray weight, NDArray bias) {
        return call("conv2d_downsample", x, weight, bias);
    }

    /** As {@link #conv2dDownsample}, padded at the right and bottom only, as the VAE does. */
    public static NDArray conv2dDownsamplePaddedRight(NDArray x, NDArray weight, NDArray bias) {
        return call("conv2d_downsample_padded_right", x, weight, bias);
    }

    /** ReLU of a convolution with stride 1 that keeps height and width; kernels have odd sides. */
    public static NDArray conv2dRelu(NDArray x, NDArray weight, NDArray bias) {
        return call("conv2d_relu", x, weight, bias);
    }

    /** ReLU of a convolution without padding. */
    public static NDArray conv2dReluUnpadded(NDArray x, NDArray weight, NDArray bias, int stride) {
        return call("conv2d_relu_unpadded", x, weight, bias, scalar(stride));
    }

    /** The mean of each pixel and those around it, 3×3; at the border of those that there are. */
    public static NDArray averagePool(NDArray x) {
        return call("average_pool", x);
    }

    /** The largest of each pixel and those around it, 3×3. */
    public static NDArray maxPool(NDArray x) {
        return call("max_pool", x);
    }

    /** As {@link #maxPool}, of every second pixel from the second on that has all neighbours. */
    public static NDArray maxPoolDownsample(NDArray x) {
        return call("max_pool_downsample", x);
    }

    /**
     * Brings pixels to another height and width by linear interpolation between the nearest four,
     * as PyTorch does without {@code align_corners} and {@code antialias}.
     */
    public static NDArray resizeBilinear(NDArray x, long height, long width) {
        return call("resize_bilinear", x, scalar((int) height), scalar((int) width));
    }

    /** Brings pixels to a larger height and width by repeating them. */
    public static NDArray upsampleNearest(NDArray x, long height, long width) {
        return call("upsample_nearest", x, scalar((int) height), scalar((int) width));
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

    /**
     * Rows of a table (M, …) by index (B) → (B, …), on {@code manager} and its device, wherever the
     * table lies; no gradient reaches the table.
     */
    public static NDArray rows(NDManager manager, NDArray table, long[] indices) {
        try (NDManager there = manager.newSubManager(table.getDevice())) {
            NDArray picked = call("rows", table, there.create(indices));
            picked.attach(there);
            NDArray rows = picked.toDevice(manager.getDevice(), false);
            rows.attach(manager);
            return rows;
        }
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

    /**
     * Lays out the weight of a convolution or of {@link #linear} for inference on the CPU, where
     * oneDNN otherwise does so in every call; where it has no kernel for the weight's type, and on
     * other devices, returns the weight. So it does for convolutions on CPUs without AVX-512, where
     * the best layout depends on the picture's size and another one costs several times the call.
     * The operators of this class take the result as they take the weight; anything else needs
     * {@link #plainCopy}.
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
            return (long) value(notFinite);
        }
    }

    /**
     * The value of a scalar. DJL reads one on a GPU from a copy that it leaves with the array's
     * manager; here that is freed.
     */
    public static double value(NDArray scalar) {
        try (NDManager memory = scalar.getManager().newSubManager()) {
            NDArray lent = share(scalar);
            lent.attach(memory);
            return lent.toType(DataType.FLOAT64, false).toDoubleArray()[0];
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

    /**
     * Whether {@link Precision#BF16} computes in bfloat16 here: on a GPU from compute capability
     * 8.0 on (Ampere), and on a CPU for which oneDNN has such kernels (x86: AVX-512 or
     * AVX-NE-CONVERT).
     */
    public static boolean computesInBf16() {
        Compute.device(); // its failure is an exception here, but an error in an initialiser
        return Bfloat16.IS_NATIVE;
    }

    /** Opaque bfloat16 copy: only for the operators of this class, see {@link Precision#BF16}. */
    static NDArray toBf16(NDArray x) {
        return call("to_bf16", x);
    }

    /** Copy in fp32. */
    static NDArray toFp32(NDArray x) {
        return call("to_fp32", x);
    }
}
