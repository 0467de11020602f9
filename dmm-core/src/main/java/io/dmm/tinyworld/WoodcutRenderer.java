package io.dmm.tinyworld;

import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** A woodcut poster: sunrays on a red sky, dark land with carved lines, one spot colour. */
final class WoodcutRenderer implements Renderer {
    private static final int RED = 0xC2452F;
    private static final int BLACK = 0x1A1414;
    private static final int UMBER = 0x402420;
    private static final int BUFF = 0xF2DEB8;
    private static final int RAYS = 9;
    private static final double CARVING = 6;

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Graphics2D pen = Layer.smooth(picture.createGraphics());
        Layer.fill(pen, Figures.box(0, 0, Painter.SIZE, Painter.SIZE), RED);
        rays(pen, composition, random);
        composition.landscape().forEach(part -> land(pen, part));
        thing(pen, composition);
        Layer.draw(pen, Figures.box(0, 0, Painter.SIZE, Painter.SIZE), BUFF, 5);
        pen.dispose();
    }

    private static void rays(Graphics2D pen, Composition composition, RandomGenerator random) {
        Rectangle2D sun = composition.landscape().get(0).shape().getBounds2D();
        double x = sun.getCenterX();
        double y = sun.getCenterY();
        double far = 1.5 * Painter.SIZE;
        double turn = random.nextDouble(Math.PI);
        for (int i = 0; i < RAYS; i++) {
            double from = turn + 2 * Math.PI * i / RAYS;
            double to = from + 0.8 * Math.PI / RAYS;
            Layer.fill(
                    pen,
                    Figures.polygon(
                            x,
                            y,
                            x + far * Math.cos(from),
                            y + far * Math.sin(from),
                            x + far * Math.cos(to),
                            y + far * Math.sin(to)),
                    BUFF);
        }
        Layer.fill(pen, Figures.disc(x, y, 9), RED);
    }

    private static void land(Graphics2D pen, Part part) {
        switch (part.material()) {
            case SUN, CLOUD, SNOW, FOAM, BLOOM -> Layer.fill(pen, part.shape(), BUFF);
            case PLANT -> {
                Layer.fill(pen, part.shape(), BLACK);
                Layer.draw(pen, part.shape(), BUFF, 0.8f);
            }
            case GROUND -> carve(pen, part.shape(), BUFF, BLACK);
            default -> carve(pen, part.shape(), UMBER, 0xE8C890);
        }
    }

    /** The land in one colour, its crest repeated downwards in lines of the other. */
    private static void carve(Graphics2D pen, Shape land, int rgb, int lines) {
        Layer.fill(pen, land, rgb);
        Shape before = pen.getClip();
        pen.clip(land);
        for (double down = CARVING; down < Painter.SIZE; down += CARVING) {
            AffineTransform lower = AffineTransform.getTranslateInstance(0, down);
            Layer.draw(pen, lower.createTransformedShape(land), lines, 1.9f);
        }
        pen.setClip(before);
        Layer.draw(pen, land, BLACK, 1.4f);
    }

    private static void thing(Graphics2D pen, Composition composition) {
        composition.thing().forEach(part -> Layer.draw(pen, part.shape(), BUFF, 4.5f));
        for (Part part : composition.thing()) {
            Layer.fill(pen, part.shape(), tone(part.material(), composition.scene().hue()));
            if (part.material() == Material.HUE) {
                Layer.draw(pen, part.shape(), BLACK, 2);
            }
        }
    }

    private static int tone(Material material, Hue hue) {
        return switch (material) {
            case HUE, HUE_LIGHT -> hue.rgb();
            case HUE_DARK, HUE_SHADE -> hue.deep();
            case CREAM, GLASS -> BUFF;
            case LEAF -> 0x2F7A45;
            case WOOD -> 0x8A5030;
            default -> BLACK;
        };
    }
}
