package io.dmm.pipeline;

import java.awt.Color;

/**
 * Colours for the numbers 0 to 1, from pale yellow through green to dark blue: a curve in Oklab (B.
 * Ottosson, 2020), along which equal steps look equally large, so that a difference is seen as
 * large as it is. Lightness falls all the way: it can be read in grey and with any colour vision.
 */
final class ColorScale {
    private static final int POINTS = 256;

    /** Lightness, green to red, blue to yellow: the ends of the curve and what bends it. */
    private static final double[] PALE = {0.97, -0.02, 0.07};

    private static final double[] BEND = {0.66, -0.13, 0.02};
    private static final double[] DARK = {0.30, -0.01, -0.11};

    private static final Color[] COLORS = colors();

    private ColorScale() {}

    /** The colour of a number; what lies outside of 0 to 1 has the nearer end's. */
    static Color at(double fraction) {
        double clamped = Math.max(0, Math.min(1, fraction));
        return COLORS[(int) Math.round(clamped * (POINTS - 1))];
    }

    /** Black or white, whichever is easier to read on a colour (WCAG 2.2, contrast ratio). */
    static Color inkOn(Color ground) {
        double luminance = luminance(ground);
        return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 ? Color.WHITE : Color.BLACK;
    }

    /** Relative luminance as WCAG 2.2 defines it, 0 for black and 1 for white. */
    static double luminance(Color color) {
        return 0.2126 * linear(color.getRed())
                + 0.7152 * linear(color.getGreen())
                + 0.0722 * linear(color.getBlue());
    }

    private static double linear(int channel) {
        double value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }

    /** Points of the curve that are equally far from each other. */
    private static Color[] colors() {
        int fine = 64 * POINTS;
        double[] length = new double[fine + 1];
        for (int i = 1; i <= fine; i++) {
            double[] before = curve((i - 1.0) / fine);
            double[] here = curve((double) i / fine);
            length[i] = length[i - 1] + distance(before, here);
        }
        Color[] colors = new Color[POINTS];
        int at = 0;
        for (int point = 0; point < POINTS; point++) {
            while (at < fine && length[at] < length[fine] * point / (POINTS - 1)) {
                at++;
            }
            colors[point] = color(curve((double) at / fine));
        }
        return colors;
    }

    /** A quadratic Bézier curve. */
    private static double[] curve(double t) {
        double[] point = new double[PALE.length];
        for (int i = 0; i < point.length; i++) {
            point[i] = (1 - t) * (1 - t) * PALE[i] + 2 * t * (1 - t) * BEND[i] + t * t * DARK[i];
        }
        return point;
    }

    private static double distance(double[] a, double[] b) {
        return Math.hypot(Math.hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
    }

    private static Color color(double[] lab) {
        double l = cube(lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2]);
        double m = cube(lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2]);
        double s = cube(lab[0] - 0.0894841775 * lab[1] - 1.2914855480 * lab[2]);
        return new Color(
                channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
    }

    private static double cube(double value) {
        return value * value * value;
    }

    private static int channel(double linear) {
        double value =
                linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.pow(linear, 1 / 2.4) - 0.055;
        return (int) Math.round(255 * Math.max(0, Math.min(1, value)));
    }
}
