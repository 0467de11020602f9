package io.dmm.tinyworld;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** An ink painting: washes and brush lines on rice paper, much of it left empty, and a seal. */
final class InkRenderer implements Renderer {
    private static final int PAPER = 0xE2D2AC;
    private static final int INK = 0x1E1C1A;
    private static final int SEAL = 0xB3261E;

    /** A flat brush held aslant draws thin along its edge and thick across it. */
    private static final double ASLANT = Math.toRadians(-40);

    private static final double FLATNESS = 0.3;

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Graphics2D pen = Layer.smooth(picture.createGraphics());
        pen.drawImage(paper(random).image(), 0, 0, null);
        Noise water = new Noise(random, 7, 5);
        InkWash wash = new InkWash();
        composition.landscape().forEach(part -> land(wash, part));
        lay(wash.inked(INK), water, pen);
        composition.landscape().forEach(part -> stroke(pen, part));
        thing(pen, composition, water);
        signature(pen, composition, random);
        pen.dispose();
    }

    private static Layer paper(RandomGenerator random) {
        Layer paper = new Layer(Painter.SIZE);
        Noise stains = new Noise(random, 21, 21);
        Noise fibres = new Noise(random, 9, 3);
        for (int i = 0; i < paper.pixels().length; i++) {
            int x = i % Painter.SIZE;
            int y = i / Painter.SIZE;
            double light = 1 + 0.04 * stains.at(x, y) + 0.02 * fibres.at(x, y);
            paper.pixels()[i] = 0xFF000000 | Rgb.times(PAPER, light, light, light);
        }
        return paper;
    }

    /** The wet masses of the land; sun, clouds and snow stay empty paper. */
    private static void land(InkWash wash, Part part) {
        switch (part.material()) {
            case FAR -> wash.under(part.shape(), 1, 26);
            case MID -> wash.under(part.shape(), 0.75, 9);
            case GROUND -> wash.under(part.shape(), 0.55, 8);
            case WATER -> wash.under(part.shape(), 0.6, 14);
            default -> {}
        }
    }

    /** The dry strokes over them. */
    private static void stroke(Graphics2D pen, Part part) {
        switch (part.material()) {
            case FOAM -> dab(pen, part.shape(), INK, 0.6);
            case PLANT -> dab(pen, part.shape(), INK, 0.8);
            case BLOOM -> dab(pen, part.shape(), INK, 0.5);
            default -> {}
        }
    }

    private static void dab(Graphics2D brush, Shape shape, int rgb, double opacity) {
        brush.setColor(Rgb.color(rgb, opacity));
        brush.fill(shape);
    }

    /** Lays the washes on the paper: their edges run, and the water leaves them uneven. */
    private static void lay(Layer washes, Noise water, Graphics2D pen) {
        washes.blur(1, 1);
        int[] pixels = washes.pixels();
        for (int i = 0; i < pixels.length; i++) {
            double flow = 0.8 + 0.2 * water.at(i % Painter.SIZE, i / Painter.SIZE);
            int alpha = (int) (flow * (pixels[i] >>> 24));
            pixels[i] = alpha << 24 | Rgb.times(pixels[i], flow, flow, flow);
        }
        pen.drawImage(washes.image(), 0, 0, null);
    }

    private static void thing(Graphics2D pen, Composition composition, Noise water) {
        Layer colour = new Layer(Painter.SIZE);
        Graphics2D brush = colour.pen();
        double radius = composition.size() * 0.5;
        Shape shadow = Figures.oval(composition.x() + 2, composition.foot(), radius, 1.6);
        dab(brush, shadow, INK, 0.55);
        for (Part part : composition.thing()) {
            dab(brush, part.shape(), tone(part.material(), composition.scene().hue()), 1);
        }
        brush.dispose();
        lay(colour, water, pen);
        for (Part part : composition.thing()) {
            switch (part.material()) {
                case HUE_LIGHT, HUE_SHADE -> {}
                case DARK -> dab(pen, part.shape(), INK, 0.85);
                case HUE -> line(pen, part.shape(), 2.6f, 0.85);
                case CREAM, GLASS -> line(pen, part.shape(), 1.3f, 0.6);
                default -> line(pen, part.shape(), 2, 0.6);
            }
        }
    }

    private static int tone(Material material, Hue hue) {
        int rgb = Rgb.mix(hue.rgb(), 0x8C7F68, 0.12);
        return switch (material) {
            case HUE -> rgb;
            case HUE_LIGHT -> Rgb.mix(rgb, PAPER, 0.5);
            case HUE_DARK, HUE_SHADE -> Rgb.mix(hue.deep(), INK, 0.3);
            case CREAM, GLASS -> PAPER;
            case WOOD -> 0x6B6256;
            case LEAF -> 0x4A4C44;
            default -> INK;
        };
    }

    private static void line(Graphics2D pen, Shape shape, float width, double opacity) {
        AffineTransform flatten = AffineTransform.getScaleInstance(1, 1 / FLATNESS);
        flatten.rotate(-ASLANT);
        AffineTransform upright = pen.getTransform();
        pen.rotate(ASLANT);
        pen.scale(1, FLATNESS);
        pen.setStroke(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        pen.setColor(Rgb.color(INK, opacity));
        pen.draw(flatten.createTransformedShape(shape));
        pen.setTransform(upright);
    }

    /** A column of writing above a red seal, at the side away from the thing. */
    private static void signature(Graphics2D pen, Composition composition, RandomGenerator random) {
        double x = composition.sunX() < Painter.SIZE / 2 ? 4 : 54;
        double y = random.nextDouble(3, 5);
        pen.setColor(Rgb.color(INK, 0.85));
        for (int i = 0; i < 3; i++) {
            double top = y + 4.6 * i;
            pen.fill(Figures.box(x + 1, top, 4.5, 1));
            pen.fill(Figures.box(x + random.nextDouble(1, 4.5), top - 0.8, 1, 4));
            pen.fill(Figures.box(x + 1.8, top + 2, random.nextDouble(2, 3.5), 1));
        }
        pen.setColor(Rgb.color(SEAL, 1));
        pen.fill(Figures.box(x, y + 14, 6.5, 6.5));
        pen.setColor(Rgb.color(PAPER, 0.9));
        pen.fill(Figures.box(x + 1.6, y + 15.5, 3.4, 1));
        pen.fill(Figures.box(x + 1.6, y + 18, 3.4, 1));
    }
}
