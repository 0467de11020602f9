package io.dmm.tinyworld;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.RadialGradientPaint;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** A landscape at golden hour: glowing haze, soft edges, textured ground, light from a low sun. */
final class SceneryRenderer implements Renderer {
    private static final int HAZE = 0xFFB870;
    private static final int GOLD = 0xFFD590;

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Layer scene = new Layer(Painter.SIZE);
        Graphics2D pen = scene.pen();
        sky(pen, composition, random);
        for (Part part : composition.landscape()) {
            land(pen, part, composition);
        }
        pen.dispose();
        scene.blur(1);
        texture(scene, composition, random);
        Graphics2D brush = Layer.smooth(picture.createGraphics());
        brush.drawImage(scene.image(), 0, 0, null);
        thing(brush, composition);
        glow(brush, composition.sunX(), composition.horizon() - 6, 34, 0.55);
        brush.dispose();
    }

    private static void sky(Graphics2D pen, Composition composition, RandomGenerator random) {
        float low = (float) composition.horizon();
        float[] stops = {0, 0.45f, 0.8f, 1};
        Color[] colors = {
            Rgb.color(0x3B3A78, 1),
            Rgb.color(0x9A5C8E, 1),
            Rgb.color(0xF08A5D, 1),
            Rgb.color(0xFFC872, 1)
        };
        pen.setPaint(new LinearGradientPaint(0, 0, 0, low, stops, colors));
        pen.fillRect(0, 0, Painter.SIZE, Painter.SIZE);
        glow(pen, composition.sunX(), low - 6, 30, 1);
        pen.setColor(Rgb.color(0xFFF6DC, 1));
        pen.fill(Figures.disc(composition.sunX(), low - 6, 4.5));
    }

    private static void glow(Graphics2D pen, double x, double y, double radius, double strength) {
        float[] stops = {0, 0.3f, 1};
        Color[] colors = {
            Rgb.color(0xFFF0C0, strength), Rgb.color(GOLD, strength * 0.5), Rgb.color(HAZE, 0)
        };
        pen.setPaint(new RadialGradientPaint((float) x, (float) y, (float) radius, stops, colors));
        pen.fillRect(0, 0, Painter.SIZE, Painter.SIZE);
    }

    private static void land(Graphics2D pen, Part part, Composition composition) {
        Backdrop backdrop = composition.scene().backdrop();
        switch (part.material()) {
            case SUN -> {}
            case CLOUD -> fade(pen, part.shape(), 0x8A5A86, 0xFFB48A, 7);
            case FAR ->
                    fade(
                            pen,
                            part.shape(),
                            backdrop.pick(0x5A4468, 0xB06A55, 0x5C4C80, 0x6E5568),
                            HAZE,
                            24);
            case MID ->
                    fade(
                            pen,
                            part.shape(),
                            backdrop.pick(0, 0x8E4A3A, 0x4A4270, 0x4E5238),
                            HAZE,
                            30);
            case SNOW -> fade(pen, part.shape(), 0xFFD9C0, 0xC79AB0, 14);
            case WATER -> fade(pen, part.shape(), 0xF0A068, 0x2E3A66, 18);
            case FOAM -> fade(pen, part.shape(), 0xFFE0A8, 0xFFE0A8, 2);
            case GROUND ->
                    fade(
                            pen,
                            part.shape(),
                            backdrop.pick(0xC98F62, 0xC77A48, 0xC2A0B4, 0x7F8038),
                            backdrop.pick(0x4A3038, 0x5A2A2A, 0x4A4A78, 0x20301C),
                            24);
            case PLANT -> fade(pen, part.shape(), 0x2A2A2E, 0x181A20, 12);
            default -> fade(pen, part.shape(), 0xF0D0A0, 0xF0D0A0, 2);
        }
    }

    private static void fade(Graphics2D pen, Shape shape, int top, int bottom, double depth) {
        Rectangle2D box = shape.getBounds2D();
        float y = (float) box.getMinY();
        pen.setPaint(
                new java.awt.GradientPaint(
                        0, y, Rgb.color(top, 1), 0, (float) (y + depth), Rgb.color(bottom, 1)));
        pen.fill(shape);
    }

    private static void texture(Layer scene, Composition composition, RandomGenerator random) {
        Noise broad = new Noise(random, 11, 4);
        Noise fine = new Noise(random, 5, 2.5);
        int start = (int) composition.horizon() + 4;
        for (int y = start; y < Painter.SIZE; y++) {
            double depth = 0.22 * Math.min(1, (y - start) / 8.0);
            for (int x = 0; x < Painter.SIZE; x++) {
                int i = y * Painter.SIZE + x;
                double light = 1 + depth * (broad.at(x, y) + fine.at(x, y));
                scene.pixels()[i] = 0xFF000000 | Rgb.times(scene.pixels()[i], light, light, light);
            }
        }
    }

    private static void thing(Graphics2D brush, Composition composition) {
        Layer thing = new Layer(Painter.SIZE);
        Graphics2D pen = thing.pen();
        for (Part part : composition.thing()) {
            pen.setColor(Rgb.color(body(part.material(), composition.scene().hue()), 1));
            pen.fill(part.shape());
        }
        pen.dispose();
        light(thing, composition);
        brush.setColor(Rgb.color(0x140C18, 0.45));
        double away = composition.sunX() < composition.x() ? 6 : -6;
        brush.fill(
                Figures.oval(
                        composition.x() + away, composition.foot(), composition.size() * 0.6, 2.4));
        brush.drawImage(thing.image(), 0, 0, null);
    }

    /** Bright towards the sun, dark away from it, with a golden rim. */
    private static void light(Layer thing, Composition composition) {
        int toSun = composition.sunX() < composition.x() ? -1 : 1;
        int[] pixels = thing.pixels();
        int[] lit = new int[pixels.length];
        for (int y = 0; y < Painter.SIZE; y++) {
            for (int x = 0; x < Painter.SIZE; x++) {
                int i = y * Painter.SIZE + x;
                int alpha = pixels[i] >>> 24;
                double side = toSun * (x - composition.x()) / composition.size();
                double up = (composition.foot() - y) / composition.size() - 0.5;
                double light = Math.max(0.45, 0.85 + 0.6 * side + 0.25 * up);
                int rgb = Rgb.times(pixels[i], light * 1.05, light, light * 0.92);
                double rim = (alpha - thing.alpha(x + toSun, y)) / 255.0;
                lit[i] =
                        alpha << 24
                                | Rgb.mix(
                                        rgb,
                                        Rgb.mix(0, GOLD, alpha / 255.0),
                                        Math.max(0, rim) * 0.7);
            }
        }
        System.arraycopy(lit, 0, pixels, 0, lit.length);
    }

    private static int body(Material material, Hue hue) {
        int rgb = hue.rgb();
        return switch (material) {
            case HUE -> rgb;
            case HUE_LIGHT -> Rgb.lighter(rgb, 0.3);
            case HUE_DARK -> Rgb.darker(rgb, 0.35);
            case CREAM -> 0xF6E4C8;
            case GLASS -> 0xFFD890;
            case WOOD -> 0x6B452C;
            case LEAF -> 0x46602C;
            default -> 0x1C1620;
        };
    }
}
