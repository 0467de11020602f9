package io.dmm.tinyworld;

import java.awt.Color;

/** Arithmetic on colours packed as 0xRRGGBB. */
final class Rgb {
    private Rgb() {}

    static int of(double red, double green, double blue) {
        return clamp(red) << 16 | clamp(green) << 8 | clamp(blue);
    }

    static int red(int rgb) {
        return rgb >> 16 & 0xFF;
    }

    static int green(int rgb) {
        return rgb >> 8 & 0xFF;
    }

    static int blue(int rgb) {
        return rgb & 0xFF;
    }

    /** The colour at fraction t of the way from one to the other. */
    static int mix(int from, int to, double t) {
        return of(
                red(from) + t * (red(to) - red(from)),
                green(from) + t * (green(to) - green(from)),
                blue(from) + t * (blue(to) - blue(from)));
    }

    static int times(int rgb, double red, double green, double blue) {
        return of(red(rgb) * red, green(rgb) * green, blue(rgb) * blue);
    }

    static int lighter(int rgb, double t) {
        return mix(rgb, 0xFFFFFF, t);
    }

    static int darker(int rgb, double t) {
        return mix(rgb, 0x000000, t);
    }

    /** The colour as a premultiplied ARGB pixel with an opacity from 0 to 1. */
    static int premultiplied(int rgb, double opacity) {
        return clamp(opacity * 255) << 24 | times(rgb, opacity, opacity, opacity);
    }

    /** The colour of a premultiplied ARGB pixel, black where it is transparent. */
    static int straight(int premultiplied) {
        int alpha = premultiplied >>> 24;
        double scale = alpha == 0 ? 0 : 255.0 / alpha;
        return times(premultiplied, scale, scale, scale);
    }

    /** The same colour for Java2D with an opacity from 0 to 1. */
    static Color color(int rgb, double opacity) {
        return new Color(clamp(opacity * 255) << 24 | rgb & 0xFFFFFF, true);
    }

    private static int clamp(double value) {
        return (int) (Math.max(0, Math.min(255, value)) + 0.5);
    }
}
