package io.dmm.tinyworld;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import io.dmm.distill.LearningRate;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.TrainingLoop;
import io.dmm.distill.TrainingLoop.Objective;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.weights.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClassifierTrainingTest {
    private static final ClassifierConfig SMALL = new ClassifierConfig(List.of(8, 16), 4, 12);

    @Test
    void trainedOnOneBatch_theLossFallsFivefold() {
        try (NDManager manager = Compute.newManager()) {
            PictureClassifier classifier = small(manager);
            ClassifierTraining training = new ClassifierTraining(classifier, 3);
            List<ClassifierTraining.Drawn> batch = training.draw(0, 6);
            double first = loss(manager, training, batch);
            Objective objective = Objective.of((memory, step) -> training.loss(memory, batch));
            loop(150).run(manager, classifier.parameters(), objective, TrainingListener.NONE);
            double last = loss(manager, training, batch);
            assertTrue(last < first / 5, first + " to " + last);
        }
    }

    @Test
    void trainingOnFreshPictures_movesEveryParameter() {
        try (NDManager manager = Compute.newManager()) {
            PictureClassifier classifier = small(manager);
            Map<String, float[]> before = new LinkedHashMap<>();
            classifier
                    .parameters()
                    .forEach((name, array) -> before.put(name, array.toFloatArray()));
            new ClassifierTraining(classifier, 3).run(loop(2), manager, TrainingListener.NONE);
            classifier
                    .parameters()
                    .forEach(
                            (name, array) ->
                                    assertFalse(
                                            Arrays.equals(before.get(name), array.toFloatArray()),
                                            name));
        }
    }

    private static PictureClassifier small(NDManager manager) {
        return new PictureClassifier(SMALL, Weights.initial(manager, 2));
    }

    private static TrainingLoop loop(int steps) {
        return new TrainingLoop(steps, 6, LearningRate.constant(5e-3), 0, 1);
    }

    private static double loss(
            NDManager manager, ClassifierTraining training, List<ClassifierTraining.Drawn> batch) {
        try (NDManager memory = manager.newSubManager();
                GradMode mode = GradMode.off()) {
            return training.loss(memory, batch).getFloat();
        }
    }
}
