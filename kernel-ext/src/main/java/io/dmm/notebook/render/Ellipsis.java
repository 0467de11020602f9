package io.dmm.notebook.render;

import java.awt.Font;
import java.awt.font.FontRenderContext;

/** One line of text that fits a width. */
public final class Ellipsis {
    private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);

    private Ellipsis() {}

    /** Returns the text, cut off with an ellipsis where it is wider than {@code width}. */
    public static String fit(String text, Font font, double width) {
        String line = text.strip().replaceAll("\\s+", " ");
        if (width(line, font) <= width) {
            return line;
        }
        int end = line.length();
        while (end > 0 && width(line.substring(0, end).stripTrailing() + "…", font) > width) {
            end = line.offsetByCodePoints(end, -1);
        }
        return line.substring(0, end).stripTrailing() + "…";
    }

    /** How wide a line is as it is drawn. */
    public static double width(String line, Font font) {
        return font.getStringBounds(line, CONTEXT).getWidth();
    }
}
