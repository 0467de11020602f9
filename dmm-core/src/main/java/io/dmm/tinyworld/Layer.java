package io.dmm.tinyworld;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;

/** A transparent square sheet to draw on, soften, and lay over the picture. */
final class Layer {
    private final int side;
    private final BufferedImage image;
    private final int[] pixels;

    Layer(int side) {
        this.side = side;
        this.image = new BufferedImage(side, side, BufferedImage.TYPE_INT_ARGB_PRE);
        this.pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    }

    BufferedImage image() {
        return image;
    }

    /** The pixels in rows, premultiplied ARGB; writing to them changes the layer. */
    int[] pixels() {
        return pixels;
    }

    /** The opacity at (x, y) from 0 to 255; nothing lies outside the layer. */
    int alpha(int x, int y) {
        return x < 0 || y < 0 || x >= side || y >= side ? 0 : pixels[y * side + x] >>> 24;
    }

    /** A smooth pen, to be disposed of by the caller. */
    Graphics2D pen() {
        return smooth(image.createGraphics());
    }

    static Graphics2D smooth(Graphics2D pen) {
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        return pen;
    }

    static void fill(Graphics2D pen, Shape shape, int rgb) {
        pen.setColor(Rgb.color(rgb, 1));
        pen.fill(shape);
    }

    /** Draws the outline with round ends and corners. */
    static void draw(Graphics2D pen, Shape shape, int rgb, float width) {
        pen.setStroke(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        pen.setColor(Rgb.color(rgb, 1));
        pen.draw(shape);
    }

    /** Softens the layer by a box of 2 * radius + 1 pixels; several passes are nearly Gaussian. */
    void blur(int radius, int passes) {
        int[] line = new int[side];
        for (int pass = 0; pass < passes; pass++) {
            for (int i = 0; i < side; i++) {
                blurLine(line, i * side, 1, radius);
                blurLine(line, i, side, radius);
            }
        }
    }

    private void blurLine(int[] line, int start, int step, int radius) {
        for (int i = 0; i < side; i++) {
            line[i] = pixels[start + i * step];
        }
        int window = 2 * radius + 1;
        int a = 0;
        int r = 0;
        int g = 0;
        int b = 0;
        for (int i = -radius; i < side + radius; i++) {
            int in = line[Math.min(Math.max(i, 0), side - 1)];
            a += in >>> 24;
            r += Rgb.red(in);
            g += Rgb.green(in);
            b += Rgb.blue(in);
            int centre = i - radius;
            if (centre < 0) {
                continue;
            }
            pixels[start + centre * step] =
                    a / window << 24 | r / window << 16 | g / window << 8 | b / window;
            int out = line[Math.max(centre - radius, 0)];
            a -= out >>> 24;
            r -= Rgb.red(out);
            g -= Rgb.green(out);
            b -= Rgb.blue(out);
        }
    }
}
