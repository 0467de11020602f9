package io.dmm.tensor;

/** The arithmetic a model computes in; weights of a model under training stay {@link #FP32}. */
public enum Precision {
    /** 32-bit IEEE 754. */
    FP32,
    /**
     * bfloat16 weights and activations. DJL aborts the JVM on such arrays outside TorchScript, so
     * they never leave a model: its inputs and outputs are fp32.
     */
    BF16
}
