package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import io.dmm.FiniteDifferences;
import io.dmm.Reference;
import io.dmm.tensor.GradMode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Holds the score loss against Eq. 9 in PyTorch. */
class ScoreLossTest {
    private final Reference reference = Reference.open("losses");
    private final NDArray student = reference.value("score.student");
    private final NDArray teachers = reference.value("score.teachers");
    private final float[] weights = reference.value("score.weights").toFloatArray();

    @AfterEach
    void close() {
        reference.close();
    }

    @Test
    void lossAndGradient_equalTorch() {
        student.setRequiresGradient(true);
        try (GradMode on = GradMode.on()) {
            NDArray perSample = ScoreLoss.perSample(student, teachers, weights);
            NDArray loss = perSample.mean();
            GradMode.backward(loss);
            reference.assertClose("score.per_sample", perSample, 1e-6);
            float expected = reference.value("score.loss").getFloat();
            assertEquals(expected, loss.getFloat(), 1e-6 * expected);
        }
        reference.assertClose("score.gradient", student.getGradient(), 1e-6);
    }

    @Test
    void gradient_equalsFiniteDifferences() {
        new FiniteDifferences(() -> ScoreLoss.perSample(student, teachers, weights))
                .assertGradients(List.of(student), 8);
    }
}
