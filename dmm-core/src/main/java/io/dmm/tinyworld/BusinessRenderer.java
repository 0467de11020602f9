package io.dmm.tinyworld;

import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** A corporate vector graphic: few flat brand colours, a big disc, long shadows, no outlines. */
final class BusinessRenderer implements Renderer {
    private static final int NAVY = 0x23265E;
    private static final int SHADOW = 70;
    private static final int PAPER = 0xF4F2FC;

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Scene scene = composition.scene();
        Graphics2D pen = Layer.smooth(picture.createGraphics());
        pen.setColor(Rgb.color(PAPER, 1));
        pen.fillRect(0, 0, Painter.SIZE, Painter.SIZE);
        ornaments(pen, composition, random);
        Shape panel = Figures.disc(32, 31, random.nextDouble(27, 29.5));
        pen.setClip(panel);
        pen.setColor(Rgb.color(scene.backdrop().pick(0xBFD4FB, 0xFBD9CF, 0xCFCBF6, 0xBDE8DF), 1));
        pen.fillRect(0, 0, Painter.SIZE, Painter.SIZE);
        for (Part part : composition.landscape()) {
            pen.setColor(Rgb.color(land(part.material(), scene.backdrop()), 1));
            pen.fill(part.shape());
        }
        pen.setClip(null);
        Layer thing = new Layer(Painter.SIZE);
        Graphics2D brush = thing.pen();
        for (Part part : composition.thing()) {
            brush.setColor(Rgb.color(body(part.material(), scene.hue()), 1));
            brush.fill(part.shape());
        }
        brush.dispose();
        pen.drawImage(longShadow(thing).image(), 0, 0, null);
        pen.drawImage(thing.image(), 0, 0, null);
        pen.dispose();
    }

    private static void ornaments(Graphics2D pen, Composition composition, RandomGenerator random) {
        pen.setColor(Rgb.color(0xDCD8F7, 1));
        double x = composition.sunX() < 32 ? 64 : 0;
        pen.fill(Figures.disc(x, 4, random.nextDouble(13, 17)));
        pen.setColor(Rgb.color(0x5B5FEF, 1));
        pen.fill(Figures.disc(64 - x, 62, random.nextDouble(8, 11)));
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
                int alpha = cover[i] * SHADOW / 255;
                shadow.pixels()[i] = alpha << 24 | Rgb.mix(0, NAVY, alpha / 255.0);
            }
        }
        return shadow;
    }

    private static int land(Material material, Backdrop backdrop) {
        return switch (material) {
            case SUN -> 0xFFC857;
            case CLOUD, SNOW, FOAM -> 0xFFFFFF;
            case FAR -> backdrop.pick(0x5B5FEF, 0xF6B8A6, 0x8A86E8, 0x8FD6C9);
            case MID -> backdrop.pick(0, 0xEE957F, 0x5B5FEF, 0x5CBFB0);
            case WATER -> 0x6C8CF5;
            case GROUND -> backdrop.pick(0xFFE3B8, 0xFFD2B0, 0xE9E8FD, 0x3AA398);
            case PLANT -> backdrop.pick(NAVY, 0x2F7F86, NAVY, 0x23746F);
            default -> PAPER;
        };
    }

    private static int body(Material material, Hue hue) {
        int rgb = hue.rgb();
        return switch (material) {
            case HUE -> rgb;
            case HUE_LIGHT -> Rgb.lighter(rgb, 0.4);
            case HUE_DARK -> Rgb.mix(rgb, NAVY, 0.35);
            case CREAM -> 0xFFFFFF;
            case GLASS -> 0xDCE6FF;
            case WOOD -> 0x5A3E63;
            case LEAF -> 0x23746F;
            default -> NAVY;
        };
    }
}
