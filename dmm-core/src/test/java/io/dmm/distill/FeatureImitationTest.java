package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.FiniteDifferences;
import io.dmm.Reference;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.TorchRandom;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds feature imitation against Eq. 10 in PyTorch. */
class FeatureImitationTest {
    private static final int BLOCKS = 3;
    private static final double WEIGHT = 0.5; // a power of two scales without rounding

    @ParameterizedTest
    @EnumSource
    void lossAndGradients_equalTorch(Reduction reduction) {
        String name = "features." + reduction.name().split("_")[1].toLowerCase(Locale.ROOT);
        try (Reference reference = Reference.open("losses")) {
            List<NDArray> student = blocks(reference, "student");
            List<NDArray> teachers = blocks(reference, "teachers");
            student.forEach(output -> output.setRequiresGradient(true));
            try (GradMode on = GradMode.on()) {
                NDArray loss = new FeatureImitation(WEIGHT, reduction).loss(student, teachers);
                GradMode.backward(loss);
                float expected = reference.value(name + ".loss").getFloat();
                assertEquals(expected, loss.getFloat() / WEIGHT, 1e-6 * expected);
            }
            for (int i = 0; i < BLOCKS; i++) {
                NDArray gradient = student.get(i).getGradient().div(WEIGHT);
                reference.assertClose(name + ".gradient." + i, gradient, 2e-6);
            }
        }
    }

    private static List<NDArray> blocks(Reference reference, String whose) {
        return IntStream.range(0, BLOCKS)
                .mapToObj(i -> reference.value("features." + whose + "." + i))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void gradients_equalFiniteDifferences(Reduction reduction) {
        try (NDManager manager = Compute.newManager()) {
            TorchRandom random = new TorchRandom(4);
            List<NDArray> student = List.of(normal(manager, random, 2), normal(manager, random, 1));
            List<NDArray> teachers =
                    List.of(normal(manager, random, 2), normal(manager, random, 1));
            FeatureImitation imitation = new FeatureImitation(WEIGHT, reduction);
            new FiniteDifferences(() -> imitation.loss(student, teachers))
                    .assertGradients(student, 6);
        }
    }

    private static NDArray normal(NDManager manager, TorchRandom random, int side) {
        Shape shape = new Shape(2, 3, side, side);
        return manager.create(random.normal((int) shape.size()), shape);
    }

    @Test
    void sum_isTheSquaredDistanceOfASampleOverAllBlocks() {
        assertEquals((4 + 1 + 9 + 4 + 4 + 1) / 2.0, distance(Reduction.PAPER_SUM), 1e-6);
    }

    @Test
    void mean_isOverElementsAndBlocks() {
        assertEquals(
                ((4 + 1 + 9 + 4) / 4.0 + (4 + 1) / 2.0) / 2, distance(Reduction.CODE_MEAN), 1e-6);
    }

    /** Of two samples and two blocks of two and one channels. */
    private static double distance(Reduction reduction) {
        try (NDManager manager = Compute.newManager()) {
            NDArray zeros = manager.zeros(new Shape(2, 2, 1, 1));
            NDArray first = manager.create(new float[] {2, 1, -3, 2}, zeros.getShape());
            NDArray second = manager.create(new float[] {2, -1}, new Shape(2, 1, 1, 1));
            return new FeatureImitation(1, reduction)
                    .loss(List.of(first, second), List.of(zeros, second.zerosLike()))
                    .getFloat();
        }
    }

    @Test
    void cosine_seesDirectionsOnly() {
        try (NDManager manager = Compute.newManager()) {
            NDArray teacher = normal(manager, new TorchRandom(5), 2);
            FeatureImitation imitation = new FeatureImitation(1, Reduction.CODE_COSINE);
            assertEquals(0, loss(imitation, teacher.mul(7), teacher), 1e-6);
            assertEquals(2, loss(imitation, teacher.mul(-0.5), teacher), 1e-6);
        }
    }

    private static float loss(FeatureImitation imitation, NDArray student, NDArray teacher) {
        return imitation.loss(List.of(student), List.of(teacher)).getFloat();
    }

    @Test
    void loss_leavesNothingButItself() {
        try (NDManager manager = Compute.newManager()) {
            TorchRandom random = new TorchRandom(6);
            List<NDArray> student = List.of(normal(manager, random, 2), normal(manager, random, 1));
            List<NDArray> teachers =
                    List.of(normal(manager, random, 2), normal(manager, random, 1));
            for (Reduction reduction : Reduction.values()) {
                new FeatureImitation(1, reduction).loss(student, teachers).close();
                assertEquals(4, manager.getManagedArrays().size());
            }
        }
    }

    @Test
    void otherNumberOfBlocks_isRefused() {
        try (NDManager manager = Compute.newManager()) {
            NDArray output = manager.zeros(new Shape(1, 2, 2, 2));
            FeatureImitation imitation = Loss.features(1);
            assertEquals(
                    "feature imitation: outputs of blocks, expected as many of the teachers as the"
                            + " 2 of the student but was 1",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> imitation.loss(List.of(output, output), List.of(output)))
                            .getMessage());
        }
    }
}
