package io.dmm.tinyworld;

import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** A church window in a stone arch: panes of coloured glass in leads, the thing rimmed by light. */
final class GlassRenderer implements Renderer {
    private static final int LEAD = 0x1A1420;
    private static final int STONE = 0xB8A888;
    private static final int AMBER = 0xF0A828;
    private static final int RIM = 0xF8DC98;
    private static final double WALL = 4;

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Scene scene = composition.scene();
        Layer window = new Layer(Painter.SIZE);
        Graphics2D pen = window.pen();
        Layer.fill(pen, Figures.box(0, 0, Painter.SIZE, Painter.SIZE), AMBER);
        composition
                .landscape()
                .forEach(part -> Layer.fill(pen, part.shape(), glass(part.material(), scene)));
        new Panes(random).cut(window, LEAD);
        composition.landscape().forEach(part -> lead(pen, part, 1.3f));
        composition.thing().forEach(part -> Layer.draw(pen, part.shape(), RIM, 4.5f));
        composition
                .thing()
                .forEach(part -> Layer.fill(pen, part.shape(), glass(part.material(), scene)));
        light(window, composition.sunX());
        composition.thing().forEach(part -> lead(pen, part, 1.2f));
        arch(pen, random.nextDouble(0.9, 1.1));
        pen.dispose();
        Graphics2D brush = picture.createGraphics();
        brush.drawImage(window.image(), 0, 0, null);
        brush.dispose();
    }

    private static void lead(Graphics2D pen, Part part, float width) {
        switch (part.material()) {
            case HUE_LIGHT, HUE_SHADE, BLOOM, FOAM -> {}
            default -> Layer.draw(pen, part.shape(), LEAD, width);
        }
    }

    /** The sun behind the window. */
    private static void light(Layer window, double sunX) {
        for (int i = 0; i < window.pixels().length; i++) {
            double away = Math.hypot(i % Painter.SIZE - sunX, i / Painter.SIZE - 11);
            double light = 1.2 - 0.3 * Math.min(1, away / 50);
            window.pixels()[i] = 0xFF000000 | Rgb.times(window.pixels()[i], light, light, light);
        }
    }

    private static void arch(Graphics2D pen, double shade) {
        double right = Painter.SIZE - WALL;
        double springing = 28;
        Shape opening =
                Figures.union(
                        Figures.box(WALL, 26, right - WALL, right - 26),
                        Figures.within(
                                Figures.oval(WALL + 34, springing, 34, 25),
                                Figures.box(0, 0, 33, 30)),
                        Figures.within(
                                Figures.oval(right - 34, springing, 34, 25),
                                Figures.box(31, 0, 33, 30)));
        Area wall = new Area(Figures.box(0, 0, Painter.SIZE, Painter.SIZE));
        wall.subtract(new Area(opening));
        Layer.fill(pen, wall, Rgb.times(STONE, shade, shade, shade));
        Layer.draw(pen, opening, LEAD, 1.8f);
    }

    private static int glass(Material material, Scene scene) {
        Backdrop backdrop = scene.backdrop();
        Hue hue = scene.hue();
        return switch (material) {
            case SUN -> 0xFFE25A;
            case CLOUD, SNOW, FOAM, BLOOM, CREAM -> 0xF4F4E0;
            case FAR -> backdrop.pick(0x2E86F0, 0xC8551E, 0x3568D4, 0x3568D4);
            case MID -> backdrop.pick(0, 0x9E2A2A, 0x9AC4F0, 0x2F9E4F);
            case WATER -> 0x0F4FD8;
            case GROUND -> backdrop.pick(0xE07A28, 0xE07A28, 0xBFE3FF, 0x17963C);
            case PLANT -> backdrop.pick(0, 0x2A9A50, 0x147050, 0x187040);
            case HUE -> hue.rgb();
            case HUE_LIGHT -> Rgb.lighter(hue.rgb(), 0.4);
            case HUE_DARK, HUE_SHADE -> hue.deep();
            case GLASS -> 0xA8F0F0;
            case WOOD -> 0xA8602A;
            case LEAF -> 0x30A840;
            case DARK -> 0x2A2438;
        };
    }
}
