package io.dmm.tinyworld;

import java.awt.BasicStroke;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** An ink painting: washes and brush lines on rice paper, much of it left empty, and a seal. */
final class InkRenderer implements Renderer {
    private static final int PAPER = 0xEADFC4;
    private static final int INK = 0x24221F;
    private static final int SEAL = 0xB3261E;

    /** A flat brush held aslant: it draws thin along its edge and thick across. */
    private static final AffineTransform NIB = nib();

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        paper(picture, random);
        Graphics2D pen = Layer.smooth(picture.createGraphics());
        Layer washes = new Layer(Painter.SIZE);
        Graphics2D brush = washes.pen();
        for (Part part : composition.landscape()) {
            land(brush, part);
        }
        brush.dispose();
        washes.blur(1);
        pen.drawImage(washes.image(), 0, 0, null);
        thing(pen, composition);
        signature(pen, composition, random);
        pen.dispose();
    }

    private static void paper(BufferedImage picture, RandomGenerator random) {
        Noise stains = new Noise(random, 21, 21);
        Noise fibres = new Noise(random, 9, 3);
        for (int y = 0; y < Painter.SIZE; y++) {
            for (int x = 0; x < Painter.SIZE; x++) {
                double light = 1 + 0.035 * stains.at(x, y) + 0.015 * fibres.at(x, y);
                picture.setRGB(x, y, Rgb.times(PAPER, light, light, light));
            }
        }
    }

    /** Ridges are mist below and ink at their crest; sun, clouds and snow stay paper. */
    private static void land(Graphics2D brush, Part part) {
        switch (part.material()) {
            case FAR -> wash(brush, part.shape(), 0.55, 18);
            case MID -> wash(brush, part.shape(), 0.5, 9);
            case GROUND -> wash(brush, part.shape(), 0.35, 6);
            case WATER -> wash(brush, part.shape(), 0.3, 7);
            case FOAM -> line(brush, part.shape(), 1, 0.45);
            case SNOW -> {
                brush.setColor(Rgb.color(PAPER, 0.9));
                brush.fill(part.shape());
            }
            case PLANT -> {
                brush.setColor(Rgb.color(INK, 0.85));
                brush.fill(part.shape());
            }
            case BLOOM -> {
                brush.setColor(Rgb.color(INK, 0.4));
                brush.fill(part.shape());
            }
            default -> {}
        }
    }

    private static void wash(Graphics2D brush, Shape shape, double strength, double depth) {
        Rectangle2D box = shape.getBounds2D();
        float top = (float) box.getMinY();
        brush.setColor(Rgb.color(PAPER, 0.85));
        brush.fill(shape);
        brush.setPaint(
                new GradientPaint(
                        0,
                        top,
                        Rgb.color(INK, strength),
                        0,
                        (float) (top + depth),
                        Rgb.color(INK, 0)));
        brush.fill(shape);
        line(brush, shape, 1.2f, strength);
    }

    private static void thing(Graphics2D pen, Composition composition) {
        Layer colour = new Layer(Painter.SIZE);
        Graphics2D brush = colour.pen();
        brush.setColor(Rgb.color(INK, 0.35));
        double radius = composition.size() * 0.5;
        brush.fill(Figures.oval(composition.x() + 2, composition.foot(), radius, 2));
        for (Part part : composition.thing()) {
            brush.setColor(Rgb.color(tone(part.material(), composition.scene().hue()), 0.9));
            brush.fill(part.shape());
        }
        brush.dispose();
        colour.blur(1);
        pen.drawImage(colour.image(), 0, 0, null);
        for (Part part : composition.thing()) {
            line(pen, part.shape(), part.material() == Material.HUE ? 2.2f : 1.3f, 0.85);
        }
    }

    private static int tone(Material material, Hue hue) {
        int rgb = Rgb.mix(hue.rgb(), 0x8A8070, 0.35);
        return switch (material) {
            case HUE -> rgb;
            case HUE_LIGHT -> Rgb.mix(rgb, PAPER, 0.5);
            case HUE_DARK -> Rgb.mix(rgb, INK, 0.4);
            case CREAM, GLASS -> PAPER;
            case WOOD -> 0x6B6256;
            case LEAF -> 0x55584E;
            default -> INK;
        };
    }

    private static void line(Graphics2D pen, Shape shape, double width, double opacity) {
        pen.setColor(Rgb.color(INK, opacity));
        BasicStroke stroke =
                new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
        Shape flat = inverse(NIB).createTransformedShape(shape);
        pen.fill(NIB.createTransformedShape(stroke.createStrokedShape(flat)));
    }

    private static AffineTransform nib() {
        AffineTransform nib = AffineTransform.getRotateInstance(Math.toRadians(-40));
        nib.scale(1.1, 0.35);
        return nib;
    }

    private static AffineTransform inverse(AffineTransform transform) {
        try {
            return transform.createInverse();
        } catch (java.awt.geom.NoninvertibleTransformException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A column of three characters above a red seal, in the upper corner away from the thing. */
    private static void signature(Graphics2D pen, Composition composition, RandomGenerator random) {
        double x = composition.sunX() < 32 ? 5 : 53;
        double y = random.nextDouble(4, 7);
        pen.setColor(Rgb.color(SEAL, 0.95));
        pen.fill(Figures.rounded(x, y, 7, 7, 1));
        pen.setColor(Rgb.color(PAPER, 0.9));
        pen.fill(Figures.box(x + 1.7, y + 1.6, 1, 4));
        pen.fill(Figures.box(x + 4.2, y + 1.6, 1, 4));
        pen.fill(Figures.box(x + 1.7, y + 3.1, 3.4, 1));
    }
}
