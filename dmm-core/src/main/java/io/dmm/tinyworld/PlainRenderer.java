package io.dmm.tinyworld;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** A picture book: clean shapes in friendly daylight colours, each with a dark outline. */
final class PlainRenderer implements Renderer {
    private static final int OUTLINE = 0x3A3340;
    private static final BasicStroke PEN =
            new BasicStroke(1.1f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Scene scene = composition.scene();
        double shade = random.nextDouble(-0.05, 0.05);
        Graphics2D pen = Layer.smooth(picture.createGraphics());
        pen.setStroke(PEN);
        pen.setColor(Rgb.color(scene.backdrop().pick(0xA9D8F0, 0xC4E4EC, 0xB8D2F0, 0xAEE0F4), 1));
        pen.fillRect(0, 0, Painter.SIZE, Painter.SIZE);
        for (Part part : composition.landscape()) {
            pen.setColor(Rgb.color(shaded(colour(part.material(), scene), shade), 1));
            pen.fill(part.shape());
            if (outlined(part.material())) {
                pen.setColor(Rgb.color(OUTLINE, 0.35));
                pen.draw(part.shape());
            }
        }
        pen.setColor(Rgb.color(OUTLINE, 0.22));
        double radius = composition.size() * 0.45;
        pen.fill(Figures.oval(composition.x(), composition.foot(), radius, 2.2));
        for (Part part : composition.thing()) {
            pen.setColor(Rgb.color(shaded(colour(part.material(), scene), -shade), 1));
            pen.fill(part.shape());
            if (outlined(part.material())) {
                pen.setColor(Rgb.color(OUTLINE, 0.85));
                pen.draw(part.shape());
            }
        }
        pen.dispose();
    }

    private static boolean outlined(Material material) {
        return switch (material) {
            case CLOUD, FOAM, HUE_LIGHT, HUE_SHADE, DARK -> false;
            default -> true;
        };
    }

    private static int shaded(int rgb, double shade) {
        return shade > 0 ? Rgb.lighter(rgb, shade) : Rgb.darker(rgb, -shade);
    }

    private static int colour(Material material, Scene scene) {
        Backdrop backdrop = scene.backdrop();
        Hue hue = scene.hue();
        return switch (material) {
            case SUN -> 0xFBE28A;
            case CLOUD, SNOW -> 0xFAFCFF;
            case FAR -> backdrop.pick(0x8DB59A, 0xE9CFA0, 0x93A3BD, 0xA3CDA2);
            case MID -> backdrop.pick(0, 0xE2BE86, 0xBBCBE0, 0xA9D18B);
            case WATER -> 0x5FAFD6;
            case FOAM -> 0xDDF1F8;
            case GROUND -> backdrop.pick(0xF0DDAE, 0xEFD29A, 0xEEF3FA, 0xBEDC8C);
            case PLANT -> backdrop.pick(0, 0x7FA66A, 0x5F8A78, 0x7DB45C);
            case BLOOM -> 0xFFF6D8;
            case HUE -> Rgb.lighter(hue.rgb(), 0.08);
            case HUE_LIGHT -> Rgb.lighter(hue.rgb(), 0.4);
            case HUE_DARK, HUE_SHADE -> Rgb.lighter(hue.deep(), 0.08);
            case CREAM -> 0xFFF7E6;
            case GLASS -> 0xD6EEF8;
            case WOOD -> 0xA9774A;
            case LEAF -> 0x6FAA54;
            case DARK -> OUTLINE;
        };
    }
}
