package io.dmm.tinyworld;

import java.util.random.RandomGenerator;

/** Irregular panes around the points of a shaken grid: its Voronoi cells, each of its own tone. */
final class Panes {
    private static final int CELL = 13;
    private static final int SIDE = Painter.SIZE / CELL + 3;
    private static final double LEAD = 1.6;
    private static final double THINNEST = 0.25;

    private final double[] xs = new double[SIDE * SIDE];
    private final double[] ys = new double[SIDE * SIDE];
    private final double[] tones = new double[SIDE * SIDE];

    Panes(RandomGenerator random) {
        for (int i = 0; i < xs.length; i++) {
            xs[i] = CELL * (i % SIDE - 1 + random.nextDouble(0.15, 0.85));
            ys[i] = CELL * (i / SIDE - 1 + random.nextDouble(0.15, 0.85));
            tones[i] = random.nextDouble(0.78, 1.15);
        }
    }

    /** Tones each pixel as its pane and darkens it towards the lead between two panes. */
    void cut(Layer window, int lead) {
        for (int i = 0; i < window.pixels().length; i++) {
            double x = i % Painter.SIZE + 0.5;
            double y = i / Painter.SIZE + 0.5;
            int pane = -1;
            double nearest = Double.MAX_VALUE;
            double second = Double.MAX_VALUE;
            for (int j = 0; j < xs.length; j++) {
                double distance = Math.hypot(x - xs[j], y - ys[j]);
                if (distance < nearest) {
                    second = nearest;
                    nearest = distance;
                    pane = j;
                } else {
                    second = Math.min(second, distance);
                }
            }
            double clear = Math.max(THINNEST, Math.min(1, (second - nearest) / LEAD));
            int toned = Rgb.times(window.pixels()[i], tones[pane], tones[pane], tones[pane]);
            window.pixels()[i] = 0xFF000000 | Rgb.mix(lead, toned, clear);
        }
    }
}
