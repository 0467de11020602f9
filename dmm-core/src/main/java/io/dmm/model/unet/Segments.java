package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;

/** Runs the segments of a pass and decides what of them is kept for the way back. */
interface Segments {
    /** Leaves it to autograd, which keeps all that it needs. */
    Segments DIRECT = Segment::forward;

    /** A part of the network, as a function of arrays that are computed by other parts. */
    @FunctionalInterface
    interface Segment {
        NDArray forward(NDArray... inputs);
    }

    NDArray run(Segment segment, NDArray... inputs);

    /** Carries on with the way back where autograd has ended. */
    default void backward() {}
}
