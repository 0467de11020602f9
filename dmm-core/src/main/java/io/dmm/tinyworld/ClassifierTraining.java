package io.dmm.tinyworld;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.Pixels;
import io.dmm.distill.LearningRate;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.TrainingLoop;
import io.dmm.distill.TrainingLoop.Objective;
import io.dmm.tensor.Ops;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;
import io.dmm.tensor.TrainingOps;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains the tiny world's classifier on pictures of all styles, painted as they are needed: the sum
 * of the traits' cross-entropies. It sees the training scenes alone.
 */
final class ClassifierTraining {
    static final TrainingLoop LOOP =
            new TrainingLoop(
                    2400,
                    32,
                    LearningRate.cosine(3e-3).withWarmup(100),
                    TrainingLoop.WEIGHT_DECAY,
                    TrainingLoop.MAX_GRAD_NORM);

    private final PictureClassifier classifier;
    private final long seed;

    record Drawn(Scene scene, Style style, BufferedImage picture) {}

    ClassifierTraining(PictureClassifier classifier, long seed) {
        this.classifier = classifier;
        this.seed = seed;
    }

    void run(TrainingLoop loop, NDManager manager, TrainingListener listener) {
        Objective objective =
                Objective.of((memory, step) -> loss(memory, draw(step, loop.batch())));
        loop.run(manager, classifier.parameters(), objective, listener);
    }

    NDArray loss(NDManager memory, List<Drawn> drawn) {
        NDArray pixels = Pixels.toArray(memory, drawn.stream().map(Drawn::picture).toList());
        NDArray features = classifier.features(pixels);
        NDArray loss = null;
        for (Trait trait : Trait.values()) {
            long[] answers =
                    drawn.stream().mapToLong(one -> trait.of(one.scene, one.style)).toArray();
            NDArray classes = Ops.create(memory, answers, new Shape(answers.length));
            NDArray term = TrainingOps.crossEntropy(classifier.logits(trait, features), classes);
            loss = loss == null ? term : loss.add(term);
        }
        return loss;
    }

    List<Drawn> draw(long step, int count) {
        PhiloxRandom random = PhiloxRandom.of(seed, step, Purpose.DATA);
        List<Scene> scenes = WorldPictures.trainingScenes();
        Style[] styles = Style.values();
        List<Drawn> drawn = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Scene scene = scenes.get(random.nextInt(scenes.size()));
            Style style = styles[random.nextInt(styles.length)];
            drawn.add(new Drawn(scene, style, Painter.paint(scene, style, random)));
        }
        return drawn;
    }
}
