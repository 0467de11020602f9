package io.dmm.model.inception;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Ops;
import io.dmm.weights.Weights;

/** A layer without weights: every pixel becomes one figure of 3×3. */
enum Pool implements Plan, Layer {
    /** TensorFlow's mean, which leaves the padding out. */
    AVERAGE {
        @Override
        public NDArray forward(NDArray x) {
            return Ops.averagePool(x);
        }
    },

    MAX {
        @Override
        public NDArray forward(NDArray x) {
            return Ops.maxPool(x);
        }
    },

    /** Without padding, with stride 2. */
    MAX_DOWNSAMPLE {
        @Override
        public NDArray forward(NDArray x) {
            return Ops.maxPoolDownsample(x);
        }
    };

    /** Pools what {@code layer} sees. */
    Plan then(Plan layer) {
        return new Pooled(this, layer);
    }

    @Override
    public int out(int in) {
        return in;
    }

    @Override
    public Layer build(Weights weights, String name, int in) {
        return this;
    }
}
