package io.dmm.distill;

/** How a run ended. */
public enum RunEnd {
    FINISHED,
    /** Its thread was interrupted; where it leaves checkpoints, one is of its last step. */
    INTERRUPTED,
    /** It threw. */
    FAILED
}
