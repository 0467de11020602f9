package io.dmm.tinyworld;

import static io.dmm.tinyworld.Figures.box;
import static io.dmm.tinyworld.Figures.curve;
import static io.dmm.tinyworld.Figures.disc;
import static io.dmm.tinyworld.Figures.oval;
import static io.dmm.tinyworld.Figures.polygon;
import static io.dmm.tinyworld.Figures.rounded;
import static io.dmm.tinyworld.Figures.union;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Draws up the parts of one backdrop; pines and cacti keep clear of the thing. */
final class Landscape {
    /** Shapes overshoot the picture so that no style's outline shows at its edge. */
    private static final double OVER = 10;

    private static final double LOW = Painter.SIZE + OVER;

    // Each stands on (0, 0); they are placed and scaled.
    private static final Shape PINE =
            union(polygon(0, -1, 0.25, -0.4, -0.25, -0.4), polygon(0, -0.75, 0.36, 0, -0.36, 0));
    private static final Shape CACTUS =
            union(
                    rounded(-2, -16, 4, 17, 2),
                    rounded(-7, -8, 7, 3, 1.5),
                    rounded(-7, -12, 3, 7, 1.5),
                    rounded(0, -6, 7, 3, 1.5),
                    rounded(4, -11, 3, 8, 1.5));
    private static final Shape TUFT =
            polygon(-2, 0, -3, -4, -0.5, -1.5, 0.5, -5, 1.5, -1, 3, -3.5, 2.5, 0);
    private static final Shape CLOUD =
            union(oval(0, 0, 9, 2.6), disc(-3, -1.5, 3), disc(2.5, -2, 3.8));
    private static final Shape SNOW_CAP =
            polygon(0, 0, 1, 1, 0.35, 0.75, -0.1, 1.25, -0.45, 0.75, -1, 1);

    private final RandomGenerator random;
    private final double thingX;
    private final double horizon;
    private final double sunX;
    private final List<Part> parts = new ArrayList<>();

    Landscape(RandomGenerator random, double thingX, double horizon, double sunX) {
        this.random = random;
        this.thingX = thingX;
        this.horizon = horizon;
        this.sunX = sunX;
    }

    List<Part> of(Backdrop backdrop) {
        add(Material.SUN, disc(sunX, random.nextDouble(9, 13), random.nextDouble(4.5, 6)));
        switch (backdrop) {
            case SEA -> sea();
            case DESERT -> desert();
            case MOUNTAINS -> mountains();
            case MEADOW -> meadow();
        }
        return List.copyOf(parts);
    }

    private void sea() {
        clouds(2);
        double water = horizon - 4;
        add(Material.FAR, oval(around(Painter.SIZE - sunX, 6), water, around(13, 3), around(5, 1)));
        add(Material.WATER, box(-OVER, water, LOW + OVER, LOW));
        for (int i = 0; i < 3; i++) {
            double x = random.nextDouble(Painter.SIZE);
            add(Material.FOAM, oval(x, water + 3.5 + 4 * i, around(8, 2), 0.9));
        }
        add(Material.GROUND, ridge(around(49, 1), 1.8, 3));
    }

    private void desert() {
        add(Material.FAR, ridge(horizon - 3, 3.5, 2));
        add(Material.MID, ridge(horizon + 5, 3.5, 2));
        add(Material.GROUND, ridge(horizon + 13, 2.5, 2));
        plant(CACTUS, clearX(), horizon + around(13, 2), around(1, 0.15));
    }

    private void mountains() {
        clouds(1);
        double tall = random.nextDouble(14, 50);
        peak(tall < 32 ? tall + around(28, 3) : tall - around(28, 3), around(17, 2), 22);
        peak(tall, around(9, 2), 26);
        add(Material.MID, ridge(horizon + 3, 2, 3));
        add(Material.GROUND, ridge(horizon + 9, 1.5, 2));
        double x = clearX();
        plant(PINE, x - 5, horizon + around(13, 1), around(19, 1.5));
        plant(PINE, x + 5, horizon + around(15, 1), around(15, 1.5));
    }

    private void meadow() {
        clouds(2);
        add(Material.FAR, ridge(horizon - 3, 4.5, 2));
        add(Material.MID, ridge(horizon + 4, 3, 2));
        add(Material.GROUND, ridge(horizon + 11, 1.5, 2));
        for (int i = 0; i < 5; i++) {
            double x = around(6 + 13 * i, 3);
            double y = random.nextDouble(horizon + 15, 62);
            plant(TUFT, x, y, 1);
            if (Math.abs(x - thingX) > 15) {
                add(Material.BLOOM, disc(x + 2.2, y - 4.5, 1.5));
            }
        }
    }

    private void peak(double x, double top, double halfWidth) {
        double base = horizon + 10;
        double snow = around(9, 1);
        double side = snow * halfWidth / (base - top);
        add(Material.FAR, polygon(x, top, x + halfWidth, base, x - halfWidth, base));
        add(Material.SNOW, placed(SNOW_CAP, x, top, side, snow));
    }

    private void clouds(int count) {
        for (int i = 0; i < count; i++) {
            double x = count == 1 ? Painter.SIZE - sunX : 16 + 32 * i;
            double scale = around(1, 0.15);
            add(Material.CLOUD, placed(CLOUD, around(x, 6), around(11.5, 5.5), scale, scale));
        }
    }

    private void plant(Shape plant, double x, double foot, double scale) {
        add(Material.PLANT, placed(plant, x, foot, scale, scale));
    }

    private static Shape placed(Shape shape, double x, double y, double scaleX, double scaleY) {
        return new AffineTransform(scaleX, 0, 0, scaleY, x, y).createTransformedShape(shape);
    }

    /** Everything below a wavy line around height y, with so many swells across the picture. */
    private Shape ridge(double y, double swell, int swells) {
        double step = Painter.SIZE / (2.0 * swells);
        int points = 2 * swells + 5;
        double[] xy = new double[2 * (points + 2)];
        double phase = random.nextBoolean() ? 1 : -1;
        for (int i = 0; i < points; i++) {
            double rise = random.nextDouble(0.5, 1) * (i % 2 == 0 ? phase : -phase);
            xy[2 * i] = step * (i - 2);
            xy[2 * i + 1] = y + swell * rise;
        }
        xy[2 * points] = step * (points - 3);
        xy[2 * points + 1] = LOW;
        xy[2 * points + 2] = -2 * step;
        xy[2 * points + 3] = LOW;
        return curve(xy);
    }

    /** Where a plant can stand beside the thing. */
    private double clearX() {
        if (thingX < 28) {
            return around(50, 3);
        }
        if (thingX > 36) {
            return around(14, 3);
        }
        return around(random.nextBoolean() ? 56 : 8, 1);
    }

    private double around(double middle, double spread) {
        return middle + random.nextDouble(-spread, spread);
    }

    private void add(Material material, Shape shape) {
        parts.add(new Part(shape, material));
    }
}
