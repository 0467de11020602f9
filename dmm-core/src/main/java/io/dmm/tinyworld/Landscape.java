package io.dmm.tinyworld;

import static io.dmm.tinyworld.Figures.box;
import static io.dmm.tinyworld.Figures.curve;
import static io.dmm.tinyworld.Figures.disc;
import static io.dmm.tinyworld.Figures.oval;
import static io.dmm.tinyworld.Figures.polygon;
import static io.dmm.tinyworld.Figures.rounded;

import java.awt.Shape;
import java.awt.geom.Path2D;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Draws up the parts of a backdrop, keeping plants clear of the thing. */
final class Landscape {
    /** Shapes overshoot the picture so that no style's outline shows at its edge. */
    private static final double OVER = 10;

    private static final double LOW = Painter.SIZE + OVER;
    private static final double CLEARANCE = 19;

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
        add(Material.FAR, oval(around(64 - sunX, 6), water, around(13, 3), around(5, 1)));
        add(Material.WATER, box(-OVER, water, 64 + 2 * OVER, LOW));
        for (int i = 0; i < 3; i++) {
            double x = random.nextDouble(0, 64);
            add(Material.FOAM, oval(x, water + 3.5 + 4 * i, around(8, 2), 0.9));
        }
        add(Material.GROUND, ridge(around(49, 1), 1.8, 3));
    }

    private void desert() {
        add(Material.FAR, ridge(horizon - 3, 3.5, 2));
        add(Material.MID, ridge(horizon + 5, 3.5, 2));
        add(Material.GROUND, ridge(horizon + 13, 2.5, 2));
        cactus(clearX(), horizon + around(13, 2), around(1, 0.15));
    }

    private void mountains() {
        clouds(1);
        double tall = random.nextDouble(14, 50);
        peak(tall < 32 ? tall + around(28, 3) : tall - around(28, 3), around(17, 2), 22);
        peak(tall, around(9, 2), 26);
        add(Material.MID, ridge(horizon + 3, 2, 3));
        add(Material.GROUND, ridge(horizon + 9, 1.5, 2));
        double x = clearX();
        pine(x - 4.5, horizon + around(13, 1), around(15, 1.5));
        pine(x + 4.5, horizon + around(15, 1), around(13, 1.5));
    }

    private void meadow() {
        clouds(2);
        add(Material.FAR, ridge(horizon - 3, 4.5, 2));
        add(Material.MID, ridge(horizon + 4, 3, 2));
        add(Material.GROUND, ridge(horizon + 11, 1.5, 2));
        for (int i = 0; i < 5; i++) {
            double x = 6 + 13 * i + random.nextDouble(-3, 3);
            double y = random.nextDouble(horizon + 15, 62);
            tuft(x, y);
            if (Math.abs(x - thingX) > CLEARANCE - 4) {
                add(Material.BLOOM, disc(x + 2.2, y - 4.5, 1.5));
            }
        }
    }

    private void peak(double x, double top, double halfWidth) {
        double base = horizon + 10;
        double slope = (base - top) / halfWidth;
        double snow = around(9, 1);
        double side = snow / slope;
        add(Material.FAR, polygon(x, top, x + halfWidth, base, x - halfWidth, base));
        add(
                Material.SNOW,
                polygon(
                        x,
                        top,
                        x + side,
                        top + snow,
                        x + side * 0.35,
                        top + snow * 0.75,
                        x - side * 0.1,
                        top + snow * 1.25,
                        x - side * 0.45,
                        top + snow * 0.75,
                        x - side,
                        top + snow));
    }

    private void pine(double x, double foot, double height) {
        double w = height * 0.32;
        add(
                Material.PLANT,
                polygon(
                        x,
                        foot - height,
                        x + w * 0.7,
                        foot - height * 0.5,
                        x + w * 0.4,
                        foot - height * 0.5,
                        x + w,
                        foot,
                        x - w,
                        foot,
                        x - w * 0.4,
                        foot - height * 0.5,
                        x - w * 0.7,
                        foot - height * 0.5));
    }

    private void cactus(double x, double foot, double scale) {
        Path2D cactus = new Path2D.Double(Path2D.WIND_NON_ZERO);
        cactus.append(rounded(x - 2 * scale, foot - 16 * scale, 4 * scale, 17 * scale, 2), false);
        cactus.append(rounded(x - 7 * scale, foot - 8 * scale, 7 * scale, 3 * scale, 1.5), false);
        cactus.append(rounded(x - 7 * scale, foot - 12 * scale, 3 * scale, 7 * scale, 1.5), false);
        cactus.append(rounded(x, foot - 6 * scale, 7 * scale, 3 * scale, 1.5), false);
        cactus.append(rounded(x + 4 * scale, foot - 11 * scale, 3 * scale, 8 * scale, 1.5), false);
        add(Material.PLANT, cactus);
    }

    private void tuft(double x, double y) {
        add(
                Material.PLANT,
                polygon(
                        x - 2, y, x - 3, y - 4, x - 0.5, y - 1.5, x + 0.5, y - 5, x + 1.5, y - 1,
                        x + 3, y - 3.5, x + 2.5, y));
    }

    private void clouds(int count) {
        for (int i = 0; i < count; i++) {
            double x = count == 1 ? 64 - sunX : 16 + 32 * i;
            cloud(x + random.nextDouble(-6, 6), random.nextDouble(6, 17), around(1, 0.15));
        }
    }

    private void cloud(double x, double y, double scale) {
        Path2D cloud = new Path2D.Double(Path2D.WIND_NON_ZERO);
        cloud.append(oval(x, y, 9 * scale, 2.6 * scale), false);
        cloud.append(disc(x - 3 * scale, y - 1.5 * scale, 3 * scale), false);
        cloud.append(disc(x + 2.5 * scale, y - 2 * scale, 3.8 * scale), false);
        add(Material.CLOUD, cloud);
    }

    /** Everything below a wavy line around height y, with so many swells across the picture. */
    private Shape ridge(double y, double swell, int swells) {
        double step = 32.0 / swells;
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

    private double clearX() {
        double x = around(0, 3);
        return thingX < 28
                ? 50 + x
                : thingX > 36 ? 14 + x : random.nextBoolean() ? 57 + x / 3 : 7 + x / 3;
    }

    private double around(double middle, double spread) {
        return middle + random.nextDouble(-spread, spread);
    }

    private void add(Material material, Shape shape) {
        parts.add(new Part(shape, material));
    }
}
