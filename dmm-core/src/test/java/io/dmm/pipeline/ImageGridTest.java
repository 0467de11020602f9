package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageGridTest {
    private static final int WHITE = 0xffffffff;

    @Test
    void unlabelled_isPicturesInOrderWithGaps() {
        List<List<BufferedImage>> cells =
                List.of(List.of(plain(0xff0000), plain(0x00ff00)), List.of(plain(1), plain(2)));
        BufferedImage image =
                new ImageGrid(List.of("", " "), List.of("", ""), cells).withZoom(3).image();
        assertEquals(12 + 24 + 6 + 24 + 12, image.getWidth());
        assertEquals(12 + 24 + 6 + 24 + 12, image.getHeight());
        assertEquals(0xffff0000, image.getRGB(12, 12));
        assertEquals(0xffff0000, image.getRGB(35, 35));
        assertEquals(WHITE, image.getRGB(36, 12));
        assertEquals(0xff00ff00, image.getRGB(42, 12));
        assertEquals(0xff000001, image.getRGB(12, 42));
        assertEquals(0xff000002, image.getRGB(42, 42));
    }

    @Test
    void zoom_repeatsPixelsWithoutSmoothing() {
        BufferedImage picture = plain(0);
        picture.setRGB(0, 0, 0xffffff);
        BufferedImage image =
                new ImageGrid(List.of(""), List.of(""), List.of(List.of(picture)), 16).image();
        int left = image.getWidth() - 8 * 16 - 12;
        int[] row = image.getRGB(left, left, 8 * 16, 1, null, 0, 8 * 16);
        int[] expected = new int[8 * 16];
        Arrays.fill(expected, 0xff000000);
        Arrays.fill(expected, 0, 16, WHITE);
        assertArrayEquals(expected, row);
    }

    @Test
    void labels_areDrawnInTheirOwnRoom() {
        List<List<BufferedImage>> cells = List.of(List.of(plain(0xff0000)));
        ImageGrid bare = new ImageGrid(List.of(""), List.of(""), cells, 8);
        ImageGrid labelled = new ImageGrid(List.of("ink"), List.of("a red house"), cells, 8);
        BufferedImage image = labelled.image();
        int gutter = image.getWidth() - bare.image().getWidth();
        int header = image.getHeight() - bare.image().getHeight();
        assertTrue(gutter > 10 && header > 10, gutter + " " + header);
        assertTrue(hasInk(image, 0, header, gutter, image.getHeight()), "row label");
        assertTrue(hasInk(image, gutter, 0, image.getWidth(), header), "column label");
    }

    @Test
    void endlessPrompt_growsTheHeaderToSixLinesOnly() {
        List<List<BufferedImage>> cells = List.of(List.of(plain(0)));
        String prompt = String.join(" ", Collections.nCopies(500, "word"));
        int sixLines = header(cells, "a b c d e f ".repeat(200));
        assertEquals(sixLines, header(cells, prompt));
        assertTrue(header(cells, "word") * 4 < sixLines);
    }

    @Test
    void rowsOfUnequalLength_areRefused() {
        List<List<BufferedImage>> cells = List.of(List.of(plain(0), plain(1)), List.of(plain(2)));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new ImageGrid(List.of("a", "b"), List.of("c", "d"), cells));
        assertEquals(
                "ImageGrid: pictures in row 1, expected 2 as there are labels but was 1",
                e.getMessage());
    }

    @Test
    void picturesOfOtherSize_areRefused() {
        BufferedImage other = new BufferedImage(9, 8, BufferedImage.TYPE_INT_RGB);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new ImageGrid(
                                        List.of(""),
                                        List.of("", ""),
                                        List.of(List.of(plain(0), other))));
        assertEquals("ImageGrid: pictures of one size, expected 8x8 but was 9x8", e.getMessage());
    }

    private static int header(List<List<BufferedImage>> cells, String label) {
        int bare = new ImageGrid(List.of(""), List.of(""), cells, 10).image().getHeight();
        return new ImageGrid(List.of(""), List.of(label), cells, 10).image().getHeight() - bare;
    }

    private static boolean hasInk(BufferedImage image, int x0, int y0, int x1, int y1) {
        for (int y = y0; y < y1; y++) {
            for (int x = x0; x < x1; x++) {
                int rgb = image.getRGB(x, y);
                if ((rgb & 0xff) < 0x60 && (rgb >> 16 & 0xff) < 0x60) {
                    return true;
                }
            }
        }
        return false;
    }

    private static BufferedImage plain(int rgb) {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 8; x++) {
                image.setRGB(x, y, rgb);
            }
        }
        return image;
    }
}
