package io.dmm.notebook.render;

import io.dmm.pipeline.Canvas;
import io.dmm.pipeline.PngParameters;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.function.Consumer;

/**
 * A picture and how large it is shown, in CSS pixels, of which a sharp screen has two to each side.
 *
 * @param parameters what made it, written into the file; may be empty
 */
public record Picture(BufferedImage image, int width, int height, String parameters) {
    /** Pixels along each side of a CSS pixel. */
    public static final int SHARP = 2;

    /** How wide a small picture is shown at least. */
    private static final int SMALL = 256;

    /** How wide a notebook's column is. */
    private static final int COLUMN = 880;

    /** A picture that was drawn with two pixels for each CSS pixel. */
    public static Picture sharp(BufferedImage image) {
        return new Picture(image, image.getWidth() / SHARP, image.getHeight() / SHARP, "");
    }

    /** Draws such a picture on white, in CSS pixels. */
    public static Picture draw(int width, int height, Consumer<Graphics2D> content) {
        return sharp(
                Canvas.draw(
                        width,
                        height,
                        SHARP,
                        g -> {
                            g.setRenderingHint(
                                    RenderingHints.KEY_ANTIALIASING,
                                    RenderingHints.VALUE_ANTIALIAS_ON);
                            content.accept(g);
                        }));
    }

    /** A photo or drawing: as large as it is, or enlarged so that its pixels stay crisp. */
    static Picture of(BufferedImage image) {
        int zoom = Math.max(1, SMALL / Math.max(image.getWidth(), image.getHeight()));
        return zoom == 1
                ? new Picture(image, image.getWidth(), image.getHeight(), "")
                : sharp(enlarged(image, SHARP * zoom));
    }

    /** A picture with text: as wide as the column, its pixels two to a CSS pixel at most. */
    static Picture fitted(BufferedImage image) {
        int width = Math.max(image.getWidth() / SHARP, Math.min(image.getWidth(), COLUMN));
        int height = Math.round((float) image.getHeight() * width / image.getWidth());
        return new Picture(image, width, height, "");
    }

    Picture withParameters(String text) {
        return new Picture(image, width, height, text);
    }

    /** The picture for a front end, and a text for those that show none. */
    public Bundle bundle(String text) {
        return Bundle.png(PngParameters.encode(image, parameters), width, height, text);
    }

    static BufferedImage enlarged(BufferedImage image, int zoom) {
        int type =
                image.getColorModel().hasAlpha()
                        ? BufferedImage.TYPE_INT_ARGB
                        : BufferedImage.TYPE_INT_RGB;
        BufferedImage large =
                new BufferedImage(image.getWidth() * zoom, image.getHeight() * zoom, type);
        Graphics2D g = large.createGraphics();
        try {
            g.setRenderingHint(
                    RenderingHints.KEY_INTERPOLATION,
                    RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
            g.drawImage(image, 0, 0, large.getWidth(), large.getHeight(), null);
        } finally {
            g.dispose();
        }
        return large;
    }
}
