package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Font;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelTest {
    private static final Font FONT = Fonts.sans(Font.PLAIN, 12);

    @Test
    void blankText_hasNoLines() {
        assertEquals(List.of(), Label.wrap(" \n ", FONT, 100, 3).lines());
    }

    @Test
    void words_areWrappedWithinTheWidthAndAllKept() {
        Label label = Label.wrap("a red house on  the left,\nby the sea", FONT, 80, 6);
        assertEquals("a red house on the left, by the sea", String.join(" ", label.lines()));
        assertTrue(label.lines().size() > 1);
        assertTrue(label.width() <= 80, "width " + label.width());
    }

    @Test
    void lines_areOfLikeLength() {
        int width = Label.wrap("one two three four five six", FONT, 1000, 1).width();
        List<String> lines = Label.wrap("one two three four five six", FONT, width - 2, 2).lines();
        assertEquals(List.of("one two three", "four five six"), lines);
    }

    @Test
    void longWord_isBroken() {
        Label label = Label.wrap("x".repeat(100), FONT, 50, 100);
        assertTrue(label.width() <= 50, "width " + label.width());
        assertEquals("x".repeat(100), String.join("", label.lines()));
    }

    @Test
    void tooManyLines_endInAnEllipsisThatFits() {
        Label label = Label.wrap("word ".repeat(100), FONT, 60, 3);
        assertEquals(3, label.lines().size());
        assertTrue(label.lines().get(2).endsWith("…"), label.lines().get(2));
        assertTrue(label.width() <= 60, "width " + label.width());
    }
}
