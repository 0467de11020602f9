package io.dmm.tensor;

import ai.djl.ndarray.NDArray;

/** The arithmetic a model computes in; weights of a model under training stay {@link #FP32}. */
public enum Precision {
    /** 32-bit IEEE 754. */
    FP32 {
        @Override
        public NDArray weight(NDArray weight) {
            return weight;
        }

        @Override
        public NDArray in(NDArray x) {
            return x;
        }

        @Override
        public NDArray out(NDArray x) {
            return x;
        }
    },

    /**
     * bfloat16 weights and, where the device {@linkplain Ops#computesInBf16 has instructions for
     * them}, activations; elsewhere a layer widens its weights to fp32 whenever it runs. DJL aborts
     * the JVM on such arrays outside TorchScript, so they never leave a model: its inputs and
     * outputs are fp32.
     */
    BF16 {
        @Override
        public NDArray weight(NDArray weight) {
            return Ops.toBf16(weight);
        }

        @Override
        public NDArray in(NDArray x) {
            return Ops.computesInBf16() ? Ops.toBf16(x) : x;
        }

        @Override
        public NDArray out(NDArray x) {
            return Ops.toFp32(x);
        }
    };

    /**
     * Refuses what can be done in fp32 only.
     *
     * @throws IllegalStateException in any other precision
     */
    public void requireFp32(String where) {
        if (this != FP32) {
            throw new IllegalStateException(
                    where
                            + ", expected FP32 but was "
                            + this
                            + "; load the model again without Precision."
                            + this);
        }
    }

    /** Converts an fp32 weight of a model to this precision. */
    public abstract NDArray weight(NDArray weight);

    /** Converts an fp32 input of a model to what it computes in. */
    public abstract NDArray in(NDArray x);

    /** Converts an output of a model to fp32. */
    public abstract NDArray out(NDArray x);
}
