package io.dmm.tinyworld;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.RadialGradientPaint;
import java.awt.Shape;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** A landscape at golden hour: glowing haze, soft edges, textured ground, light from a low sun. */
final class SceneryRenderer implements Renderer {
    private static final int HAZE = 0xFFB870;
    private static final int GOLD = 0xFFD590;
    private static final int SUN_ABOVE_HORIZON = 7;

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Layer scene = new Layer(Painter.SIZE);
        Graphics2D pen = scene.pen();
        sky(pen, composition, random.nextDouble());
        composition.landscape().forEach(part -> land(pen, part, composition));
        pen.dispose();
        scene.blur(1, 1);
        texture(scene, composition, random);
        Graphics2D brush = Layer.smooth(picture.createGraphics());
        brush.drawImage(scene.image(), 0, 0, null);
        thing(brush, composition);
        glow(brush, composition, 26, 0.4);
        brush.dispose();
    }

    /** The later it is, the deeper the colours overhead. */
    private static void sky(Graphics2D pen, Composition composition, double late) {
        float[] stops = {0, 0.45f, 0.8f, 1};
        Color[] colors = {
            Rgb.color(Rgb.mix(0x4A4A90, 0x2C2C66, late), 1),
            Rgb.color(Rgb.mix(0xA8688E, 0x8A4A84, late), 1),
            Rgb.color(0xF08A5D, 1),
            Rgb.color(0xFFC872, 1)
        };
        float low = (float) composition.horizon();
        pen.setPaint(new LinearGradientPaint(0, 0, 0, low, stops, colors));
        pen.fillRect(0, 0, Painter.SIZE, Painter.SIZE);
        glow(pen, composition, 26, 0.9);
        pen.setColor(Rgb.color(0xFFF6DC, 1));
        pen.fill(Figures.disc(composition.sunX(), low - SUN_ABOVE_HORIZON, 4.5));
    }

    private static void glow(Graphics2D pen, Composition at, double radius, double strength) {
        float[] stops = {0, 0.3f, 1};
        Color[] colors = {
            Rgb.color(0xFFF0C0, strength), Rgb.color(GOLD, strength * 0.5), Rgb.color(HAZE, 0)
        };
        float x = (float) at.sunX();
        float y = (float) at.horizon() - SUN_ABOVE_HORIZON;
        pen.setPaint(new RadialGradientPaint(x, y, (float) radius, stops, colors));
        pen.fillRect(0, 0, Painter.SIZE, Painter.SIZE);
    }

    private static void land(Graphics2D pen, Part part, Composition composition) {
        Backdrop backdrop = composition.scene().backdrop();
        Shape shape = part.shape();
        switch (part.material()) {
            case SUN -> {}
            case CLOUD -> fade(pen, shape, 0x7E5488, 0xFFB48A, 7);
            case FAR -> {
                int crest = backdrop.pick(0x4A3A60, 0xA85A4C, 0x403C78, 0x5E4A6C);
                fade(pen, shape, crest, HAZE, 34);
            }
            case MID -> fade(pen, shape, backdrop.pick(0, 0x84402F, 0x37346A, 0x46502C), HAZE, 40);
            case SNOW -> fade(pen, shape, 0xFFE0CC, 0xF0B0B4, 12);
            case WATER -> water(pen, shape, composition.sunX());
            case FOAM -> fade(pen, shape, 0xF2B486, 0xC88A80, 2);
            case GROUND -> {
                int top = backdrop.pick(0xD09A6C, 0xD08850, 0xD8B8C8, 0x8E9040);
                int bottom = backdrop.pick(0x5A3A3C, 0x642E28, 0x5A5A90, 0x24361C);
                fade(pen, shape, top, bottom, 24);
            }
            case PLANT -> {
                int top = backdrop.pick(0, 0x44502C, 0x283A44, 0x667428);
                fade(pen, shape, top, 0x14201C, 14);
            }
            default -> fade(pen, shape, 0xF0D0A0, 0xF0D0A0, 2);
        }
    }

    /** Sky light far out, deep blue at the shore, and the sun's glitter between. */
    private static void water(Graphics2D pen, Shape shape, double sunX) {
        fade(pen, shape, 0xD98C78, 0x1E3A70, 14);
        double y = shape.getBounds2D().getMinY() + 1.2;
        pen.setColor(Rgb.color(0xFFE6A8, 0.85));
        for (int i = 0; i < 5; i++) {
            pen.fill(Figures.oval(sunX + i % 2 - 0.5, y + 2.8 * i, 3.2 + 0.7 * i, 0.9));
        }
    }

    private static void fade(Graphics2D pen, Shape shape, int top, int bottom, double depth) {
        float y = (float) shape.getBounds2D().getMinY();
        float end = (float) (y + depth);
        pen.setPaint(new GradientPaint(0, y, Rgb.color(top, 1), 0, end, Rgb.color(bottom, 1)));
        pen.fill(shape);
    }

    private static void texture(Layer scene, Composition composition, RandomGenerator random) {
        Noise broad = new Noise(random, 11, 4);
        Noise fine = new Noise(random, 5, 2.5);
        int start = (int) composition.horizon() + 6;
        for (int y = start; y < Painter.SIZE; y++) {
            double depth = 0.2 * Math.min(1, (y - start) / 8.0);
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
        double shadowX = composition.x() - 6 * toSun(composition);
        double radius = composition.size() * 0.6;
        brush.setColor(Rgb.color(0x140C18, 0.45));
        brush.fill(Figures.oval(shadowX, composition.foot(), radius, 2.4));
        brush.drawImage(lit(thing, composition).image(), 0, 0, null);
    }

    /** The thing bright towards the sun, dark away from it, with a golden rim. */
    private static Layer lit(Layer thing, Composition composition) {
        Layer lit = new Layer(Painter.SIZE);
        int toSun = toSun(composition);
        for (int y = 0; y < Painter.SIZE; y++) {
            double up = (composition.foot() - y) / composition.size() - 0.5;
            for (int x = 0; x < Painter.SIZE; x++) {
                int i = y * Painter.SIZE + x;
                int alpha = thing.alpha(x, y);
                if (alpha == 0) {
                    continue;
                }
                double side = toSun * (x - composition.x()) / composition.size();
                double light = Math.max(0.45, 0.88 + 0.6 * side + 0.25 * up);
                int body = Rgb.straight(thing.pixels()[i]);
                int warm = Rgb.times(body, 1.05 * light, light, 0.92 * light);
                double rim = Math.max(0, alpha - thing.alpha(x + toSun, y)) / 255.0;
                int glowing = Rgb.mix(warm, GOLD, 0.7 * rim);
                lit.pixels()[i] = Rgb.premultiplied(glowing, alpha / 255.0);
            }
        }
        return lit;
    }

    private static int toSun(Composition composition) {
        return composition.sunX() < composition.x() ? -1 : 1;
    }

    private static int body(Material material, Hue hue) {
        int rgb = hue.rgb();
        return switch (material) {
            case HUE -> rgb;
            case HUE_LIGHT -> Rgb.lighter(rgb, 0.3);
            case HUE_DARK, HUE_SHADE -> Rgb.darker(hue.deep(), 0.1);
            case CREAM -> 0xF6E4C8;
            case GLASS -> 0xFFD890;
            case WOOD -> 0x6B452C;
            case LEAF -> 0x46602C;
            default -> 0x1C1620;
        };
    }
}
