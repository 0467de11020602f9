package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Scope;

/**
 * A matrix (rows, columns) out of which a ΔW is made, whole or as a product of smaller ones. The
 * columns of a convolution's are (in, k, k) in one.
 */
sealed interface LoraFactor {
    long rows();

    long columns();

    /** The inner size of the product; 0 for a whole matrix. */
    long rank();

    /** Computes the matrix; the caller closes it. */
    NDArray matrix();

    /** A tensor as (first axis, all others). */
    static NDArray flat(NDArray tensor) {
        long rows = tensor.getShape().get(0);
        return tensor.reshape(rows, tensor.getShape().size() / rows);
    }

    /** The matrix itself. */
    record Whole(NDArray values) implements LoraFactor {
        @Override
        public long rows() {
            return values.getShape().get(0);
        }

        @Override
        public long columns() {
            return values.getShape().get(1);
        }

        @Override
        public long rank() {
            return 0;
        }

        @Override
        public NDArray matrix() {
            return values.duplicate();
        }
    }

    /** A · B of (rows, r) and (r, columns). */
    record Product(NDArray a, NDArray b) implements LoraFactor {
        @Override
        public long rows() {
            return a.getShape().get(0);
        }

        @Override
        public long columns() {
            return b.getShape().get(1);
        }

        @Override
        public long rank() {
            return b.getShape().get(0);
        }

        @Override
        public NDArray matrix() {
            return a.matMul(b);
        }
    }

    /**
     * A Tucker product for a convolution: Σ core[i, j, k, l] · a[o, i] · b[j, c] at [o, c, k, l].
     *
     * @param a (rows, r)
     * @param core (r, s, k, k)
     * @param b (s, in)
     */
    record Tucker(NDArray a, NDArray core, NDArray b) implements LoraFactor {
        @Override
        public long rows() {
            return a.getShape().get(0);
        }

        @Override
        public long columns() {
            return b.getShape().get(1) * kernel();
        }

        private long kernel() {
            Shape shape = core.getShape();
            return shape.get(2) * shape.get(3);
        }

        @Override
        public long rank() {
            return b.getShape().get(0);
        }

        @Override
        public NDArray matrix() {
            long inner = rank();
            long in = b.getShape().get(1);
            try (Scope scope = Scope.over(a, core, b)) {
                NDArray left =
                        a.matMul(LoraFactor.flat(core))
                                .reshape(rows(), inner, kernel())
                                .transpose(0, 2, 1)
                                .reshape(rows() * kernel(), inner);
                NDArray full = left.matMul(b).reshape(rows(), kernel(), in).transpose(0, 2, 1);
                return scope.keep(full.reshape(rows(), columns()));
            }
        }
    }
}
