package io.dmm.tinyworld;

import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** A corporate vector graphic: few flat brand colours, a big disc, long shadows, no outlines. */
final class BusinessRenderer implements Renderer {
    private static final int NAVY = 0x23265E;
    private static final int INDIGO = 0x4340C8;
    private static final int LAVENDER = 0x7B79F2;
    private static final int CORAL = 0xFF8A73;
    private static final int TEAL = 0x23746F;
    private static final double SHADOW_OPACITY = 0.27;

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Scene scene = composition.scene();
        Graphics2D pen = Layer.smooth(picture.createGraphics());
        pen.setColor(Rgb.color(scene.backdrop().pick(0xBFD4FB, 0xFBD9CF, 0xCFCBF6, 0xBDE8DF), 1));
        pen.fillRect(0, 0, Painter.SIZE, Painter.SIZE);
        for (Part part : composition.landscape()) {
            pen.setColor(Rgb.color(colour(part.material(), scene), 1));
            pen.fill(part.shape());
        }
        frame(pen, composition, random);
        Layer thing = new Layer(Painter.SIZE);
        Graphics2D brush = thing.pen();
        for (Part part : composition.thing()) {
            brush.setColor(Rgb.color(colour(part.material(), scene), 1));
            brush.fill(part.shape());
        }
        brush.dispose();
        pen.drawImage(longShadow(thing).image(), 0, 0, null);
        pen.drawImage(thing.image(), 0, 0, null);
        pen.dispose();
    }

    /** Leaves a big disc of the landscape, drawn towards the thing, and two in the corners. */
    private static void frame(Graphics2D pen, Composition composition, RandomGenerator random) {
        Path2D around = new Path2D.Double(Path2D.WIND_EVEN_ODD);
        around.append(Figures.box(0, 0, Painter.SIZE, Painter.SIZE), false);
        double middle = Painter.SIZE / 2.0;
        double x = middle + 0.55 * (composition.x() - middle);
        around.append(Figures.disc(x, 31, random.nextDouble(27, 29.5)), false);
        pen.setColor(Rgb.color(INDIGO, 1));
        pen.fill(around);
        double corner = composition.sunX() < middle ? 0 : Painter.SIZE;
        pen.setColor(Rgb.color(LAVENDER, 1));
        pen.fill(Figures.disc(corner, 3, random.nextDouble(10, 14)));
        pen.setColor(Rgb.color(CORAL, 1));
        pen.fill(Figures.disc(corner, 61, random.nextDouble(8, 11)));
    }

    /** The silhouette swept to the lower right. */
    private static Layer longShadow(Layer thing) {
        Layer shadow = new Layer(Painter.SIZE);
        int[] cover = new int[Painter.SIZE * Painter.SIZE];
        for (int y = 0; y < Painter.SIZE; y++) {
            for (int x = 0; x < Painter.SIZE; x++) {
                int i = y * Painter.SIZE + x;
                int before = x > 0 && y > 0 ? cover[i - Painter.SIZE - 1] : 0;
                cover[i] = Math.max(thing.alpha(x, y), before);
                shadow.pixels()[i] = Rgb.premultiplied(NAVY, SHADOW_OPACITY * cover[i] / 255);
            }
        }
        return shadow;
    }

    private static int colour(Material material, Scene scene) {
        Backdrop backdrop = scene.backdrop();
        Hue hue = scene.hue();
        return switch (material) {
            case SUN -> 0xFFC857;
            case CLOUD, SNOW, FOAM, BLOOM, CREAM -> 0xFFFFFF;
            case FAR -> backdrop.pick(0x2E8FA8, 0xF6B8A6, 0x93A5F2, 0x8FD6C9);
            case MID -> backdrop.pick(0, 0xEE957F, 0x6479EE, 0x5CBFB0);
            case WATER -> 0x58C4E6;
            case GROUND -> backdrop.pick(0xFFE3B8, 0xFFD2B0, 0xE9E8FD, 0x3AA398);
            case PLANT -> backdrop.pick(0, 0x2F7F86, NAVY, TEAL);
            case HUE -> hue.rgb();
            case HUE_LIGHT -> Rgb.lighter(hue.rgb(), 0.4);
            case HUE_DARK, HUE_SHADE -> Rgb.mix(hue.deep(), NAVY, 0.1);
            case GLASS -> 0xDCE6FF;
            case WOOD -> 0x5A3E63;
            case LEAF -> TEAL;
            case DARK -> NAVY;
        };
    }
}
