package io.dmm.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.util.Arrays;

/**
 * The colours of a picture, over white where it is transparent.
 *
 * <p>Grey levels, CMYK and what Java makes of YCbCr are taken as they stand, as Pillow's {@code
 * convert("RGB")} takes them: {@code getRGB} holds them for linear light and brightens them.
 */
final class Colors {
    private static final int FULL = 0xFF;
    private static final int HALF = 0x7F;
    private static final ColorSpace LINEAR = ColorSpace.getInstance(ColorSpace.CS_LINEAR_RGB);

    private Colors() {}

    /** What red, green and blue the levels from an index on stand for. */
    private interface Conversion {
        int rgb(int[] levels, int at);
    }

    /** The pixels of some rows: red, green and blue, and 0xFF above them. */
    static int[] rgb(BufferedImage image, int y, int rows) {
        Conversion conversion = conversion(image.getColorModel().getColorSpace());
        int width = image.getWidth();
        int[] argb =
                conversion == null
                        ? image.getRGB(0, y, width, rows, null, 0, width)
                        : argb(image, y, rows, conversion);
        Arrays.setAll(argb, i -> overWhite(argb[i]));
        return argb;
    }

    private static Conversion conversion(ColorSpace space) {
        if (space.getType() == ColorSpace.TYPE_GRAY) {
            return (levels, at) -> levels[at] * 0x010101;
        }
        if (space.getType() == ColorSpace.TYPE_CMYK) {
            return Colors::rgbOfCmyk;
        }
        return space.equals(LINEAR)
                ? (levels, at) -> levels[at] << 16 | levels[at + 1] << 8 | levels[at + 2]
                : null;
    }

    /** (255 − c)(255 − k) / 255 for each of the three inks. */
    private static int rgbOfCmyk(int[] levels, int at) {
        int unprinted = FULL - levels[at + 3];
        int rgb = 0;
        for (int ink = 0; ink < 3; ink++) {
            rgb = rgb << 8 | ((FULL - levels[at + ink]) * unprinted + HALF) / FULL;
        }
        return rgb;
    }

    private static int[] argb(BufferedImage image, int y, int rows, Conversion conversion) {
        int width = image.getWidth();
        ColorModel model = image.getColorModel();
        int bands = image.getRaster().getNumBands();
        int[] levels = image.getRaster().getPixels(0, y, width, rows, (int[]) null);
        int[] excessBits = image.getSampleModel().getSampleSize();
        Arrays.setAll(excessBits, band -> excessBits[band] - Byte.SIZE);
        Arrays.setAll(levels, i -> levels[i] >> excessBits[i % bands]);
        int[] argb = new int[width * rows];
        for (int i = 0; i < argb.length; i++) {
            int at = i * bands;
            int alpha = model.hasAlpha() ? levels[at + bands - 1] : FULL;
            argb[i] = alpha << 24 | conversion.rgb(levels, at);
        }
        return argb;
    }

    private static int overWhite(int argb) {
        int alpha = argb >>> 24;
        if (alpha == FULL) {
            return argb;
        }
        int rgb = FULL;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int level = argb >> shift & FULL;
            rgb = rgb << 8 | (level * alpha + FULL * (FULL - alpha) + HALF) / FULL;
        }
        return rgb;
    }
}
