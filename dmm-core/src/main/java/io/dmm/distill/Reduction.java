package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.TrainingOps;

/** How the outputs of student and teachers are compared, named after its source. */
public enum Reduction {
    /**
     * The paper's Eq. 10: Σ_j ‖F_S^j − F_T^j‖², the sum over a sample's elements and over the
     * blocks, averaged over the batch. Its λ of 0.001 belongs to a score loss that is summed over
     * elements, too; beside one that is averaged, divide λ by the number of elements C·H·W of the
     * latents.
     */
    PAPER_SUM {
        @Override
        NDArray distance(NDArray student, NDArray teachers) {
            return TrainingOps.squaredDistance(student, teachers);
        }

        @Override
        double share(int blocks) {
            return 1;
        }
    },

    /** The authors' code: the mean over the elements of a block's output and over the blocks. */
    CODE_MEAN {
        @Override
        NDArray distance(NDArray student, NDArray teachers) {
            return TrainingOps.mse(student, teachers);
        }
    },

    /**
     * The variant in the authors' code: 1 − the cosine of the channels of student and teacher, the
     * mean over pixels and over the blocks. Lengths do not count.
     */
    CODE_COSINE {
        @Override
        NDArray distance(NDArray student, NDArray teachers) {
            return TrainingOps.cosineDistance(student, teachers);
        }
    };

    /** Compares the outputs of one block, (B, C, H, W) each → scalar. */
    abstract NDArray distance(NDArray student, NDArray teachers);

    /** The factor of each block's distance in their sum. */
    double share(int blocks) {
        return 1.0 / blocks;
    }
}
