package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeatMapTest {
    private static final int CELL = 74 * 2 * 42 * 2;

    @Test
    void cells_haveTheColoursOfTheirValues() {
        Map<Integer, Integer> pixels = count(new HeatMap(row(2.0, 3.0, 4.0)).image());
        for (double share : new double[] {0, 0.5, 1}) {
            assertFills(pixels, ColorScale.at(share), 0.8);
        }
    }

    @Test
    void noValue_isAnEmptyCellWithAWord() {
        Map<Integer, Integer> with = count(new HeatMap(row(1.0, 2.0, Double.NaN)).image());
        assertFills(with, ColorScale.at(0), 0.8);
        assertFills(with, ColorScale.at(1), 0.8);
        BufferedImage none = new HeatMap(row(Double.NaN)).image();
        assertTrue(none.getWidth() > 200);
    }

    @Test
    void oneValueForAll_isDrawn() {
        assertFills(count(new HeatMap(row(1.0, 1.0)).image()), ColorScale.at(0), 1.6);
    }

    @Test
    void size_growsWithCellsAndLabels() {
        BufferedImage three = new HeatMap(row(1.0, 2.0, 3.0)).image();
        BufferedImage four = new HeatMap(row(1.0, 2.0, 3.0, 4.0)).image();
        assertEquals(2 * 76, four.getWidth() - three.getWidth());
        assertEquals(three.getHeight(), four.getHeight());
    }

    @Test
    void rangeWithoutEnd_isRefused() {
        assertEquals(
                "HeatMap: expected a lower and a higher value but was -1.0E308 and 1.0E308",
                assertThrows(IllegalArgumentException.class, () -> new HeatMap(row(-1e308, 1e308)))
                        .getMessage());
    }

    private static LabelledMatrix row(Double... values) {
        List<Double> row = List.of(values);
        List<String> labels = row.stream().map(value -> "b").toList();
        return new LabelledMatrix("Heat", List.of("a"), labels, List.of(row));
    }

    /** Checks that a colour fills about so many cells; numbers take the rest. */
    private static void assertFills(Map<Integer, Integer> pixels, Color color, double cells) {
        int count = pixels.getOrDefault(color.getRGB(), 0);
        assertTrue(count > cells * CELL, color + ": " + count);
        assertTrue(count < (cells + 0.4) * CELL, color + ": " + count);
    }

    private static Map<Integer, Integer> count(BufferedImage image) {
        Map<Integer, Integer> pixels = new HashMap<>();
        for (int rgb : Pictures.rgb(image)) {
            pixels.merge(rgb, 1, Integer::sum);
        }
        return pixels;
    }
}
