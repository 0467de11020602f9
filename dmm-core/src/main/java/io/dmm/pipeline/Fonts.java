package io.dmm.pipeline;

import java.awt.Font;
import java.awt.font.FontRenderContext;

/** The typeface of every picture with text: the machine's sans serif, for headless Java as well. */
public final class Fonts {
    private Fonts() {}

    /**
     * Returns the sans serif of a size in pixels, ready to draw.
     *
     * @param style {@link Font#PLAIN} or {@link Font#BOLD}
     * @throws IllegalStateException if Java finds no fonts on this machine
     */
    public static Font sans(int style, float size) {
        Font font = new Font(Font.SANS_SERIF, style, 1).deriveFont(size);
        try {
            // The first measurement loads the font system, which fails with errors of many kinds.
            font.getStringBounds("x", new FontRenderContext(null, true, true));
            return font;
        } catch (InternalError | LinkageError | RuntimeException e) {
            throw new IllegalStateException(
                    "Fonts: Java found no fonts to write text in pictures with; install fontconfig,"
                            + " libfreetype6 and a font package such as fonts-dejavu-core",
                    e);
        }
    }
}
