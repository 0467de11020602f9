package io.dmm.tinyworld;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PainterTest {
    /** Every seventh scene: all things, hues, places and backdrops, in changing company. */
    private static final List<Scene> SCENES =
            IntStream.iterate(0, i -> i < Scene.all().size(), i -> i + 7)
                    .mapToObj(Scene.all()::get)
                    .toList();

    @ParameterizedTest
    @EnumSource(Style.class)
    void pictures_dependOnNothingButSceneStyleAndGenerator(Style style) {
        Scene scene = SCENES.get(3);
        int[] picture = paint(scene, style, 5);
        assertArrayEquals(picture, paint(scene, style, 5));
        assertFalse(Arrays.equals(picture, paint(scene, style, 6)));
    }

    @Test
    void pictures_haveTheSizeAndTypeThatTrainingReads() {
        BufferedImage picture = Painter.paint(SCENES.get(0), Style.INK, new SplittableRandom(1));
        assertEquals(64, picture.getWidth());
        assertEquals(64, picture.getHeight());
        assertEquals(BufferedImage.TYPE_INT_RGB, picture.getType());
    }

    /**
     * Compared in blocks of 4 × 4, as the f = 4 latents see the pictures; the yardstick is how far
     * two plain drawings of one scene are apart.
     */
    @Test
    void styles_differFarMoreThanPlainPicturesDoAmongThemselves() {
        List<List<int[]>> drawn =
                Arrays.stream(Style.values()).map(style -> drawings(style, 0)).toList();
        double among = difference(drawn.get(0), drawings(Style.PLAIN, 1000));
        for (int one = 0; one < drawn.size(); one++) {
            for (int other = 0; other < one; other++) {
                double times = difference(drawn.get(one), drawn.get(other)) / among;
                String pair = Style.values()[one] + " and " + Style.values()[other];
                assertTrue(times > 2.5, pair + " " + times + " times");
            }
        }
    }

    /** Each thing's colour, whatever its brightness, lies nearest to the mean of its own hue. */
    @ParameterizedTest
    @EnumSource(Style.class)
    void hues_areToldApartByTheColourOfTheThing(Style style) {
        double[][] means = new double[Hue.values().length][3];
        for (int i = 0; i < SCENES.size(); i++) {
            double[] colour = thingColour(SCENES.get(i), style, i);
            for (int c = 0; c < 3; c++) {
                means[hue(i)][c] += colour[c];
            }
        }
        for (int hue = 0; hue < means.length; hue++) {
            means[hue] = chroma(means[hue]);
        }
        int right = 0;
        for (int i = 0; i < SCENES.size(); i++) {
            double[] colour = chroma(thingColour(SCENES.get(i), style, 1000 + i));
            right += nearest(means, colour) == hue(i) ? 1 : 0;
        }
        assertTrue(right >= 0.97 * SCENES.size(), right + " of " + SCENES.size());
    }

    @Test
    void pixelArt_consistsOfUniformBlocksOfFewColours() {
        for (int i = 0; i < SCENES.size(); i++) {
            int[] pixels = paint(SCENES.get(i), Style.PIXEL, i);
            for (int p = 0; p < pixels.length; p++) {
                int x = p % Painter.SIZE / PixelRenderer.BLOCK * PixelRenderer.BLOCK;
                int y = p / Painter.SIZE / PixelRenderer.BLOCK * PixelRenderer.BLOCK;
                assertEquals(pixels[y * Painter.SIZE + x], pixels[p]);
            }
            assertTrue(Arrays.stream(pixels).distinct().count() <= 24);
        }
    }

    @Test
    void things_standAtTheirPlace() {
        for (int i = 0; i < SCENES.size(); i++) {
            Scene scene = SCENES.get(i);
            double x = Composition.of(scene, new SplittableRandom(i)).x();
            int third = (int) (3 * x / Painter.SIZE);
            assertEquals(scene.place().ordinal(), third);
        }
    }

    private static int[] paint(Scene scene, Style style, long seed) {
        return Painter.paint(scene, style, new SplittableRandom(seed))
                .getRGB(0, 0, Painter.SIZE, Painter.SIZE, null, 0, Painter.SIZE);
    }

    private static List<int[]> drawings(Style style, int seed) {
        return IntStream.iterate(0, i -> i < SCENES.size(), i -> i + 3)
                .mapToObj(i -> paint(SCENES.get(i), style, seed + i))
                .toList();
    }

    private static double difference(List<int[]> some, List<int[]> others) {
        return IntStream.range(0, some.size())
                .mapToDouble(i -> blockDifference(some.get(i), others.get(i)))
                .average()
                .orElseThrow();
    }

    /** Mean absolute difference of the channels, 0 to 255, of block means. */
    private static double blockDifference(int[] a, int[] b) {
        double total = 0;
        int blocks = Painter.SIZE / 4;
        for (int block = 0; block < blocks * blocks; block++) {
            double[] difference = new double[3];
            for (int i = 0; i < 16; i++) {
                int x = block % blocks * 4 + i % 4;
                int y = block / blocks * 4 + i / 4;
                double[] first = channels(a[y * Painter.SIZE + x]);
                double[] second = channels(b[y * Painter.SIZE + x]);
                for (int c = 0; c < 3; c++) {
                    difference[c] += (first[c] - second[c]) / 16;
                }
            }
            total += Arrays.stream(difference).map(Math::abs).sum() / 3;
        }
        return total / (blocks * blocks);
    }

    private static double[] thingColour(Scene scene, Style style, long seed) {
        List<Part> coloured =
                Composition.of(scene, new SplittableRandom(seed)).thing().stream()
                        .filter(part -> part.material() == Material.HUE)
                        .toList();
        int[] pixels = paint(scene, style, seed);
        double[] sum = new double[3];
        int count = 0;
        for (int p = 0; p < pixels.length; p++) {
            double x = p % Painter.SIZE + 0.5;
            double y = p / Painter.SIZE + 0.5;
            if (coloured.stream().anyMatch(part -> part.shape().contains(x, y))) {
                double[] colour = channels(pixels[p]);
                for (int c = 0; c < 3; c++) {
                    sum[c] += colour[c];
                }
                count++;
            }
        }
        return new double[] {sum[0] / count, sum[1] / count, sum[2] / count};
    }

    private static int hue(int scene) {
        return SCENES.get(scene).hue().ordinal();
    }

    /** The colour's deviation from grey at unit length: its hue without its brightness. */
    private static double[] chroma(double[] rgb) {
        double grey = Arrays.stream(rgb).average().orElseThrow();
        double length = Math.sqrt(Arrays.stream(rgb).map(v -> (v - grey) * (v - grey)).sum());
        return Arrays.stream(rgb).map(v -> (v - grey) / length).toArray();
    }

    private static int nearest(double[][] means, double[] colour) {
        int nearest = 0;
        for (int i = 1; i < means.length; i++) {
            if (distance(means[i], colour) < distance(means[nearest], colour)) {
                nearest = i;
            }
        }
        return nearest;
    }

    private static double distance(double[] a, double[] b) {
        return Math.hypot(Math.hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
    }

    private static double[] channels(int rgb) {
        return new double[] {Rgb.red(rgb), Rgb.green(rgb), Rgb.blue(rgb)};
    }
}
