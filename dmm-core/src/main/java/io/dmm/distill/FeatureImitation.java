package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Ops;
import java.util.List;

/**
 * Feature imitation (DMM, arXiv 2504.12364, Eq. 10): the outputs of all blocks of the student
 * follow those of the teachers. The reduction is that of the authors' code, the mean over the
 * elements of a block's output and over the blocks, where the paper sums over both. All samples
 * count the same, whatever {@link TimestepSampling} drew them.
 *
 * @param weight λ_feat, above 0; 0.002 in the authors' code
 */
public record FeatureImitation(double weight) implements Loss {
    public FeatureImitation {
        if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "feature imitation: weight, expected a number above 0 but was " + weight);
        }
    }

    /**
     * The weighted loss.
     *
     * @param student outputs of its blocks, (B, C, H, W) each, with gradients
     * @param teachers the same of all teachers, joined along the batch
     * @return a scalar
     */
    NDArray loss(List<NDArray> student, List<NDArray> teachers) {
        NDArray sum = Ops.mse(student.get(0), teachers.get(0));
        for (int i = 1; i < student.size(); i++) {
            sum = sum.add(Ops.mse(student.get(i), teachers.get(i)));
        }
        return sum.mul((float) (weight / student.size()));
    }
}
