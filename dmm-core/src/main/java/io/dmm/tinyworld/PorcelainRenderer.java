package io.dmm.tinyworld;

import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** A porcelain tile: the land in cobalt lines on pale glaze, coloured glaze on the thing alone. */
final class PorcelainRenderer implements Renderer {
    private static final int GLAZE = 0xE9EEFB;
    private static final int COBALT = 0x2B3FC4;
    private static final int PALE = 0xA8C4F4;
    private static final int DARK = 0x28203C;
    private static final int SCALLOP = 8;

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Graphics2D pen = Layer.smooth(picture.createGraphics());
        Layer.fill(pen, Figures.box(0, 0, Painter.SIZE, Painter.SIZE), GLAZE);
        composition.landscape().forEach(part -> land(pen, part));
        for (Part part : composition.thing()) {
            Layer.fill(pen, part.shape(), tone(part.material(), composition.scene().hue()));
            switch (part.material()) {
                case HUE_LIGHT, HUE_SHADE -> {}
                default -> line(pen, part.shape(), DARK);
            }
        }
        border(pen, random.nextDouble(3.5, 4.5));
        pen.dispose();
    }

    private static void land(Graphics2D pen, Part part) {
        switch (part.material()) {
            case FOAM -> Layer.fill(pen, part.shape(), PALE);
            case BLOOM -> Layer.fill(pen, part.shape(), GLAZE);
            case PLANT -> Layer.fill(pen, part.shape(), COBALT);
            case FAR -> paint(pen, part.shape(), PALE);
            case WATER -> paint(pen, part.shape(), 0x5C84E0);
            default -> paint(pen, part.shape(), GLAZE);
        }
    }

    private static void paint(Graphics2D pen, Shape shape, int rgb) {
        Layer.fill(pen, shape, rgb);
        line(pen, shape, COBALT);
    }

    private static void line(Graphics2D pen, Shape shape, int rgb) {
        Layer.draw(pen, shape, rgb, 1.2f);
    }

    /** A cobalt band with scallops of glaze along the four edges. */
    private static void border(Graphics2D pen, double width) {
        double inner = Painter.SIZE - width;
        Layer.fill(pen, Figures.box(0, 0, Painter.SIZE, width), COBALT);
        Layer.fill(pen, Figures.box(0, inner, Painter.SIZE, width), COBALT);
        Layer.fill(pen, Figures.box(0, 0, width, Painter.SIZE), COBALT);
        Layer.fill(pen, Figures.box(inner, 0, width, Painter.SIZE), COBALT);
        for (double at = SCALLOP / 2.0; at < Painter.SIZE; at += SCALLOP) {
            Layer.fill(pen, Figures.disc(at, 0, 2.6), GLAZE);
            Layer.fill(pen, Figures.disc(at, Painter.SIZE, 2.6), GLAZE);
            Layer.fill(pen, Figures.disc(0, at, 2.6), GLAZE);
            Layer.fill(pen, Figures.disc(Painter.SIZE, at, 2.6), GLAZE);
        }
    }

    private static int tone(Material material, Hue hue) {
        return switch (material) {
            case HUE -> hue.rgb();
            case HUE_LIGHT -> Rgb.lighter(hue.rgb(), 0.4);
            case HUE_DARK, HUE_SHADE -> hue.deep();
            case CREAM, GLASS -> GLAZE;
            case WOOD -> 0x8A6A50;
            case LEAF -> 0x2F9E4F;
            default -> DARK;
        };
    }
}
