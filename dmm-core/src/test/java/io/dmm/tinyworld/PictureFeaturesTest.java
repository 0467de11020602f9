package io.dmm.tinyworld;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.Pixels;
import io.dmm.eval.FeatureExtractor;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.weights.ModelDraft;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.Weights;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PictureFeaturesTest {
    private static PictureFeatures shipped;

    @BeforeAll
    static void load() {
        shipped = (PictureFeatures) TinyWorld.open().features();
    }

    @AfterAll
    static void close() {
        shipped.close();
    }

    /** Every third held-out scene. */
    private static List<Scene> scenes() {
        List<Scene> all = WorldPictures.heldOutScenes();
        List<Scene> scenes = new ArrayList<>();
        for (int i = 0; i < all.size(); i += 3) {
            scenes.add(all.get(i));
        }
        return scenes;
    }

    private static NDArray paint(NDManager manager, List<Scene> scenes, Style style) {
        SplittableRandom random = new SplittableRandom(11);
        List<BufferedImage> pictures =
                scenes.stream().map(scene -> Painter.paint(scene, style, random)).toList();
        return Pixels.toArray(manager, pictures);
    }

    @ParameterizedTest
    @EnumSource(Style.class)
    void shippedHeads_nameWhatHeldOutPicturesShow(Style style) {
        List<Scene> scenes = scenes();
        try (NDManager manager = Compute.newManager();
                GradMode mode = GradMode.off()) {
            NDArray features = shipped.features(paint(manager, scenes, style));
            assertEquals(new Shape(scenes.size(), 64), features.getShape());
            for (Trait trait : Trait.values()) {
                long[] named = shipped.classifier().logits(trait, features).argMax(1).toLongArray();
                int right = 0;
                for (int i = 0; i < named.length; i++) {
                    right += named[i] == trait.of(scenes.get(i), style) ? 1 : 0;
                }
                assertTrue(right >= 0.95 * named.length, trait + " " + right);
            }
        }
    }

    @Test
    void features_areFinite() {
        try (NDManager manager = Compute.newManager()) {
            for (NDArray pixels :
                    List.of(
                            paint(manager, scenes().subList(0, 8), Style.CHALK),
                            manager.zeros(new Shape(1, 3, 64, 64)))) {
                for (float feature : shipped.features(pixels).toFloatArray()) {
                    assertTrue(Float.isFinite(feature));
                }
            }
        }
    }

    @Test
    void featuresOfABatch_areThoseOfEachPictureAlone() {
        try (NDManager manager = Compute.newManager()) {
            NDArray pixels = paint(manager, scenes().subList(0, 5), Style.INK);
            float[] together = shipped.features(pixels).toFloatArray();
            int width = shipped.width();
            for (int i = 0; i < 5; i++) {
                float[] alone = shipped.features(pixels.get(i + ":" + (i + 1))).toFloatArray();
                float[] row = Arrays.copyOfRange(together, i * width, (i + 1) * width);
                assertArrayEquals(row, alone, 1e-4f);
            }
        }
    }

    @Test
    void features_leaveNothingElseBesideThePixels() {
        try (NDManager manager = Compute.newManager()) {
            NDArray pixels = paint(manager, scenes().subList(0, 2), Style.PLAIN);
            int before = manager.getManagedArrays().size();
            NDArray features = shipped.features(pixels);
            assertEquals(before + 1, manager.getManagedArrays().size());
            assertFalse(features.hasGradient());
        }
    }

    @Test
    void picturesOfAnotherSize_areRefusedWithBothShapes() {
        try (NDManager manager = Compute.newManager()) {
            NDArray pixels = manager.zeros(new Shape(2, 3, 32, 64), DataType.FLOAT32);
            String message =
                    assertThrows(IllegalArgumentException.class, () -> shipped.features(pixels))
                            .getMessage();
            assertTrue(message.contains("expected shape (B, 3, 64, 64)"), message);
            assertTrue(message.contains("(2, 3, 32, 64)"), message);
        }
    }

    @Test
    void savedAndLoaded_theFeaturesAreTheSame(@TempDir Path folder) {
        try (ModelDraft draft = ModelDraft.create(folder.resolve("again"))) {
            shipped.classifier().writeTo(draft);
            draft.publish();
        }
        try (NDManager manager = Compute.newManager();
                FeatureExtractor again = PictureFeatures.load(folder.resolve("again"))) {
            NDArray pixels = paint(manager, scenes().subList(0, 4), Style.GLASS);
            float[] features = shipped.features(pixels).toFloatArray();
            assertArrayEquals(features, again.features(pixels).toFloatArray());
        }
    }

    @Test
    void weightsOfAnotherSize_areRefused(@TempDir Path folder) {
        try (NDManager manager = Compute.newManager();
                ModelDraft draft = ModelDraft.create(folder.resolve("other"))) {
            ClassifierConfig small = new ClassifierConfig(List.of(8, 16), 4, 12);
            ClassifierConfig wider = new ClassifierConfig(List.of(8, 16), 4, 13);
            new PictureClassifier(small, Weights.initial(manager, 2)).writeTo(draft);
            draft.writeJson("classifier/config.json", wider.toJson());
            draft.publish();
        }
        String message =
                assertThrows(
                                ModelFileException.class,
                                () -> PictureFeatures.load(folder.resolve("other")))
                        .getMessage();
        assertTrue(message.contains("projection.weight"), message);
    }
}
