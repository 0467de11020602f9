package io.dmm.tinyworld;

import java.util.random.RandomGenerator;

/** Smooth random values between -1 and 1: a random lattice, interpolated. */
final class Noise {
    private final double cellX;
    private final double cellY;
    private final int columns;
    private final float[] lattice;

    /** Cells of so many pixels; wide and low cells make horizontal streaks. */
    Noise(RandomGenerator random, double cellX, double cellY) {
        this.cellX = cellX;
        this.cellY = cellY;
        this.columns = (int) Math.ceil(Painter.SIZE / cellX) + 2;
        int rows = (int) Math.ceil(Painter.SIZE / cellY) + 2;
        this.lattice = new float[rows * columns];
        for (int i = 0; i < lattice.length; i++) {
            lattice[i] = 2 * random.nextFloat() - 1;
        }
    }

    double at(int x, int y) {
        double u = x / cellX;
        double v = y / cellY;
        int column = (int) u;
        int row = (int) v;
        double s = ease(u - column);
        double t = ease(v - row);
        int i = row * columns + column;
        double above = lattice[i] + s * (lattice[i + 1] - lattice[i]);
        double below = lattice[i + columns] + s * (lattice[i + columns + 1] - lattice[i + columns]);
        return above + t * (below - above);
    }

    private static double ease(double t) {
        return t * t * (3 - 2 * t);
    }
}
