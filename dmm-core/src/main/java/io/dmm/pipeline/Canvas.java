package io.dmm.pipeline;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.function.Consumer;

/** The ground of every picture with text: RGB, white, its text smooth and spaced evenly. */
public final class Canvas {
    /** The colour of text. */
    public static final Color INK = new Color(0x22, 0x26, 0x2b);

    private Canvas() {}

    /**
     * Draws a picture, at first in {@link #INK}.
     *
     * @param width in points, as is the height
     * @param pixelsPerPoint along each side, at least 1
     * @param content draws in points
     */
    public static BufferedImage draw(
            int width, int height, int pixelsPerPoint, Consumer<Graphics2D> content) {
        BufferedImage image =
                new BufferedImage(
                        width * pixelsPerPoint,
                        height * pixelsPerPoint,
                        BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.scale(pixelsPerPoint, pixelsPerPoint);
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, width, height);
            g.setRenderingHint(
                    RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(
                    RenderingHints.KEY_FRACTIONALMETRICS,
                    RenderingHints.VALUE_FRACTIONALMETRICS_ON);
            g.setColor(INK);
            content.accept(g);
        } finally {
            g.dispose();
        }
        return image;
    }
}
