package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import java.util.List;

/**
 * Feature imitation (DMM, arXiv 2504.12364, Eq. 10): the outputs of all blocks of the student
 * follow those of the teachers. All samples count the same, whatever {@link TimestepSampling} drew
 * them.
 *
 * @param weight λ_feat, above 0; 0.001 in the paper with {@link Reduction#PAPER_SUM}, 0.002 in the
 *     authors' code with {@link Reduction#CODE_MEAN}
 */
public record FeatureImitation(double weight, Reduction reduction) implements Loss {
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
     * @return a scalar, on the manager of the first output
     */
    NDArray loss(List<NDArray> student, List<NDArray> teachers) {
        if (student.isEmpty() || student.size() != teachers.size()) {
            throw new IllegalArgumentException(
                    "feature imitation: outputs of blocks, expected as many of the teachers as the "
                            + student.size()
                            + " of the student but was "
                            + teachers.size());
        }
        try (Scope scope = Scope.over(student.toArray(NDArray[]::new))) {
            NDArray sum = reduction.distance(student.get(0), teachers.get(0));
            for (int i = 1; i < student.size(); i++) {
                sum = sum.add(reduction.distance(student.get(i), teachers.get(i)));
            }
            return scope.keep(Ops.scale(sum, weight * reduction.share(student.size())));
        }
    }

    @Override
    public boolean needsNoise() {
        return false;
    }
}
