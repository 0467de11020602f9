package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Scope;

/** The unscaled change ΔW of a layer, as a matrix (out, in · k · k). */
sealed interface LoraDelta {
    long rows();

    long columns();

    /** What alpha is divided by; 0 when nothing in it is of low rank. */
    long rank();

    /** Computes ΔW; the caller closes it. */
    NDArray matrix();

    /** LoRA and LoCon: one product. */
    record LowRank(LoraFactor product) implements LoraDelta {
        @Override
        public long rows() {
            return product.rows();
        }

        @Override
        public long columns() {
            return product.columns();
        }

        @Override
        public long rank() {
            return product.rank();
        }

        @Override
        public NDArray matrix() {
            return product.matrix();
        }
    }

    /** LoHa: two products, multiplied element by element (arXiv 2108.06098). */
    record Hadamard(LoraFactor first, LoraFactor second) implements LoraDelta {
        @Override
        public long rows() {
            return first.rows();
        }

        @Override
        public long columns() {
            return first.columns();
        }

        @Override
        public long rank() {
            return first.rank();
        }

        @Override
        public NDArray matrix() {
            try (NDArray other = second.matrix()) {
                return first.matrix().muli(other);
            }
        }
    }

    /** LoKr: the Kronecker product of two matrices, whole or of low rank. */
    record Kronecker(LoraFactor first, LoraFactor second) implements LoraDelta {
        @Override
        public long rows() {
            return first.rows() * second.rows();
        }

        @Override
        public long columns() {
            return first.columns() * second.columns();
        }

        @Override
        public long rank() {
            return Math.max(first.rank(), second.rank());
        }

        @Override
        public NDArray matrix() {
            try (NDArray one = first.matrix();
                    NDArray two = second.matrix();
                    Scope scope = Scope.over(one, two)) {
                NDArray blocks = one.reshape(first.rows(), 1, first.columns(), 1);
                NDArray inner = two.reshape(1, second.rows(), 1, second.columns());
                return scope.keep(blocks.mul(inner).reshape(rows(), columns()));
            }
        }
    }
}
