package io.dmm.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.Reference;
import io.dmm.SmallModels;
import io.dmm.pipeline.StableDiffusion;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class LatentSetTest {
    private static final StableDiffusion MODEL = SmallModels.base();
    private final NDManager manager = MODEL.manager();

    @AfterAll
    static void close() {
        MODEL.close();
    }

    @Test
    void latents_areThoseOfEachPicture() {
        List<CaptionedImage> pictures = SmallModels.pictures(70);
        int before = manager.getManagedArrays().size();
        try (NDManager memory = manager.newSubManager();
                LatentSet set =
                        LatentSet.encode(
                                manager, MODEL.vae(), pictures, Cache.NONE, RowListener.NONE)) {
            assertEquals(70, set.size());
            assertEquals("a house number 65", set.caption(65));
            for (int row : new int[] {0, 65}) {
                List<BufferedImage> one = List.of(pictures.get(row).image());
                NDArray expected = MODEL.vae().encode(Pixels.toArray(memory, one));
                NDArray actual = set.latents(memory, new long[] {row});
                Reference.assertClose(expected, actual, 1e-5, "row " + row);
            }
            NDArray rows = set.latents(memory, new long[] {3, 1, 3});
            assertEquals(new Shape(3, 4, 8, 8), rows.getShape());
            assertEquals(rows.get(0), rows.get(2));
        }
        assertEquals(before, manager.getManagedArrays().size());
    }

    @Test
    void largePictures_areThoseOfEachToo() {
        int atOnce = (1 << 18) / (128 * 64);
        List<Integer> encoded = new ArrayList<>();
        List<CaptionedImage> pictures = new ArrayList<>();
        for (int i = 0; i <= atOnce; i++) {
            BufferedImage image = new BufferedImage(128, 64, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i, i, 0xFF8800);
            pictures.add(new CaptionedImage(image, "a dot"));
        }
        try (NDManager memory = manager.newSubManager();
                LatentSet set =
                        LatentSet.encode(
                                manager, MODEL.vae(), pictures, Cache.NONE, encoded::add)) {
            assertEquals(List.of(atOnce, 1), encoded);
            for (int row : new int[] {0, atOnce - 1, atOnce}) {
                List<BufferedImage> one = List.of(pictures.get(row).image());
                NDArray expected = MODEL.vae().encode(Pixels.toArray(memory, one));
                NDArray actual = set.latents(memory, new long[] {row});
                Reference.assertClose(expected, actual, 1e-4, "row " + row);
            }
        }
    }

    @Test
    void wrongSets_areRefused() {
        NDArray latents = manager.zeros(new Shape(2, 4, 8, 8));
        assertEquals(
                "latents: expected one per caption, 1, but was 2",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new LatentSet(latents, List.of("a")))
                        .getMessage());
        assertEquals(
                "captioned pictures: expected at least 1 but was 0",
                assertThrows(
                                IllegalArgumentException.class,
                                () ->
                                        LatentSet.encode(
                                                manager,
                                                MODEL.vae(),
                                                List.of(),
                                                Cache.NONE,
                                                RowListener.NONE))
                        .getMessage());
        latents.close();
    }
}
