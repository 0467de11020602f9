package io.dmm.data;

import java.awt.image.BufferedImage;

/**
 * Scales pictures with Lanczos' kernel of three lobes, widened where the picture shrinks, so that
 * nothing aliases: the values of Pillow's {@code LANCZOS}, with which diffusers' training scripts
 * scale.
 */
final class Lanczos {
    private static final int LOBES = 3;

    /**
     * What a pixel of the result is made of: {@code weights}, which add up to 1, times the pixels
     * from {@code first} on.
     */
    private record Tap(int first, float[] weights) {}

    private Lanczos() {}

    /** Scales a square to {@code size}×{@code size}; what is transparent lies over white. */
    static BufferedImage scale(BufferedImage square, int size) {
        int side = square.getWidth();
        Tap[] taps = taps(side, size);
        int[][] rows = new int[side][];
        for (int y = 0; y < side; y++) {
            rows[y] = along(Colors.rgb(square, y, 1), taps);
        }
        BufferedImage scaled = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        int[] column = new int[side];
        for (int x = 0; x < size; x++) {
            for (int y = 0; y < side; y++) {
                column[y] = rows[y][x];
            }
            scaled.setRGB(x, 0, 1, size, along(column, taps), 0, 1);
        }
        return scaled;
    }

    private static Tap[] taps(int from, int to) {
        double scale = (double) from / to;
        double widening = Math.max(1, scale);
        double reach = LOBES * widening;
        Tap[] taps = new Tap[to];
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * scale;
            int first = Math.max(0, (int) (centre - reach + 0.5));
            int end = Math.min(from, (int) (centre + reach + 0.5));
            float[] weights = new float[end - first];
            double sum = 0;
            for (int j = first; j < end; j++) {
                double weight = kernel((j + 0.5 - centre) / widening);
                weights[j - first] = (float) weight;
                sum += weight;
            }
            for (int j = 0; j < weights.length; j++) {
                weights[j] /= (float) sum;
            }
            taps[i] = new Tap(first, weights);
        }
        return taps;
    }

    /** sinc(x) sinc(x / 3) within three. */
    private static double kernel(double x) {
        return Math.abs(x) < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }

    private static int[] along(int[] line, Tap[] taps) {
        int[] result = new int[taps.length];
        for (int i = 0; i < taps.length; i++) {
            float red = 0;
            float green = 0;
            float blue = 0;
            int at = taps[i].first;
            for (float weight : taps[i].weights) {
                int rgb = line[at++];
                red += weight * (rgb >> 16 & 0xFF);
                green += weight * (rgb >> 8 & 0xFF);
                blue += weight * (rgb & 0xFF);
            }
            result[i] = level(red) << 16 | level(green) << 8 | level(blue);
        }
        return result;
    }

    private static int level(float value) {
        return Math.max(0, Math.min(0xFF, Math.round(value)));
    }
}
