package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import org.junit.jupiter.api.Test;

class ColorScaleTest {
    @Test
    void equalSteps_lookEquallyLarge() {
        double whole = 0;
        double[] steps = new double[15];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = difference(ColorScale.at(i / 15.0), ColorScale.at((i + 1) / 15.0));
            whole += steps[i];
        }
        for (double step : steps) {
            assertEquals(whole / steps.length, step, 0.05 * whole / steps.length);
        }
    }

    @Test
    void lightness_fallsAllTheWay() {
        for (int i = 1; i <= 64; i++) {
            double before = ColorScale.luminance(ColorScale.at((i - 1) / 64.0));
            double here = ColorScale.luminance(ColorScale.at(i / 64.0));
            assertTrue(here < before, i + ": " + before + " " + here);
        }
        assertTrue(ColorScale.luminance(ColorScale.at(0)) > 0.85);
        assertTrue(ColorScale.luminance(ColorScale.at(1)) < 0.04);
    }

    @Test
    void numbers_canBeReadOnEveryColour() {
        for (int i = 0; i <= 255; i++) {
            Color ground = ColorScale.at(i / 255.0);
            double a = ColorScale.luminance(ground) + 0.05;
            double b = ColorScale.luminance(ColorScale.inkOn(ground)) + 0.05;
            assertTrue(Math.max(a / b, b / a) >= 4.5, "WCAG's AA on " + ground); // level AA
        }
    }

    @Test
    void outside_isTheNearerEnd() {
        assertEquals(ColorScale.at(0), ColorScale.at(-3));
        assertEquals(ColorScale.at(1), ColorScale.at(1.5));
    }

    /** Distance in Oklab, from the colours as they are drawn: in 8 bits and within sRGB. */
    private static double difference(Color one, Color other) {
        double[] a = lab(one);
        double[] b = lab(other);
        return Math.hypot(Math.hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
    }

    private static double[] lab(Color color) {
        double r = linear(color.getRed());
        double g = linear(color.getGreen());
        double b = linear(color.getBlue());
        double l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
        double m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
        double s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
        return new double[] {
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
        };
    }

    private static double linear(int channel) {
        double value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }
}
