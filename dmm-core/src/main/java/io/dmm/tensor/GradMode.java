package io.dmm.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Switches autograd on or off for the calling thread until closed. PyTorch keeps the mode per
 * thread and DJL leaves it in different states on different threads, so every path that runs a
 * model enters one of the two.
 */
public final class GradMode implements AutoCloseable {
    private final boolean before;

    private GradMode(boolean on) {
        Compute.device(); // the engine must have been started before its mode can be asked for
        // profiling re-compilations cost seconds and gain nothing on single operators
        JniUtils.setGraphExecutorOptimize(false);
        before = JniUtils.isGradMode();
        JniUtils.setGradMode(on);
    }

    /** Records operations on arrays that require a gradient. */
    public static GradMode on() {
        return new GradMode(true);
    }

    /** Records nothing: inference and teachers. */
    public static GradMode off() {
        return new GradMode(false);
    }

    /** Accumulates the gradient of the scalar {@code loss} in every leaf it was computed from. */
    public static void backward(NDArray loss) {
        try (NDArray one = loss.onesLike()) {
            backward(loss, one);
        }
    }

    /**
     * As {@link #backward(NDArray)}, of a scalar whose gradient with respect to {@code output} is
     * given, in the same shape and type.
     */
    public static void backward(NDArray output, NDArray gradient) {
        JniUtils.backward((PtNDArray) output, (PtNDArray) gradient, false, false);
    }

    @Override
    public void close() {
        JniUtils.setGradMode(before);
    }
}
