package io.dmm.tinyworld;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** Pixel art: hard blocks of 2 × 2 pixels, few saturated colours, dithered sky, black outline. */
final class PixelRenderer implements Renderer {
    static final int BLOCK = 2;
    private static final int SIDE = Painter.SIZE / BLOCK;
    private static final int OUTLINE = 0xFF15102A;

    /** Ordered dithering thresholds in sixteenths (Bayer 1973). */
    private static final int[][] BAYER = {
        {0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}
    };

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Layer grid = new Layer(SIDE);
        sky(grid, composition, random.nextDouble(-0.08, 0.08));
        Backdrop backdrop = composition.scene().backdrop();
        Graphics2D pen = coarse(grid);
        for (Part part : composition.landscape()) {
            pen.setColor(Rgb.color(land(part.material(), backdrop), 1));
            pen.fill(part.shape());
        }
        pen.dispose();
        Layer thing = new Layer(SIDE);
        Graphics2D brush = coarse(thing);
        for (Part part : composition.thing()) {
            brush.setColor(Rgb.color(body(part.material(), composition.scene().hue()), 1));
            brush.fill(part.shape());
        }
        brush.dispose();
        stamp(thing, grid);
        enlarge(grid, picture);
    }

    private static Graphics2D coarse(Layer layer) {
        Graphics2D pen = layer.image().createGraphics();
        pen.scale(1.0 / BLOCK, 1.0 / BLOCK);
        return pen;
    }

    private static void sky(Layer grid, Composition composition, double shift) {
        int[] bands = {0x1B1464, 0x2B3FC4, 0x2E86F0, 0x55D0F5, 0xB8F4F0};
        double height = composition.horizon() / BLOCK + 2;
        for (int y = 0; y < SIDE; y++) {
            double level = Math.max(0, Math.min(0.999, y / height + shift)) * (bands.length - 1);
            for (int x = 0; x < SIDE; x++) {
                int step = level - (int) level > (BAYER[y % 4][x % 4] + 0.5) / 16 ? 1 : 0;
                grid.pixels()[y * SIDE + x] = 0xFF000000 | bands[(int) level + step];
            }
        }
    }

    private static void stamp(Layer thing, Layer grid) {
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int i = y * SIDE + x;
                boolean edge =
                        thing.alpha(x - 1, y)
                                        + thing.alpha(x + 1, y)
                                        + thing.alpha(x, y - 1)
                                        + thing.alpha(x, y + 1)
                                > 0;
                if (thing.alpha(x, y) > 0) {
                    grid.pixels()[i] = thing.pixels()[i];
                } else if (edge) {
                    grid.pixels()[i] = OUTLINE;
                }
            }
        }
    }

    private static void enlarge(Layer grid, BufferedImage picture) {
        Graphics2D pen = picture.createGraphics();
        pen.drawImage(grid.image(), 0, 0, Painter.SIZE, Painter.SIZE, null);
        pen.dispose();
    }

    private static int land(Material material, Backdrop backdrop) {
        return switch (material) {
            case SUN -> 0xFFF03C;
            case CLOUD, SNOW, FOAM -> 0xFFFFFF;
            case FAR -> backdrop.pick(0x1E7A46, 0xE07A28, 0x5A4FA0, 0x1B7F5C);
            case MID -> backdrop.pick(0, 0xC8551E, 0x3C3580, 0x17963C);
            case WATER -> 0x0F4FD8;
            case GROUND -> backdrop.pick(0xFFC94A, 0xF7A62C, 0xBFE3FF, 0x3CC83C);
            case PLANT -> backdrop.pick(0, 0x0F8A3C, 0x0B4A4A, 0x0E6E2A);
            default -> 0xFFFFFF;
        };
    }

    private static int body(Material material, Hue hue) {
        int rgb = hue.rgb();
        return switch (material) {
            case HUE -> rgb;
            case HUE_LIGHT -> Rgb.lighter(rgb, 0.45);
            case HUE_DARK -> Rgb.mix(rgb, 0x2A1050, 0.4);
            case CREAM -> 0xFFFFFF;
            case GLASS -> 0x7FE8FF;
            case WOOD -> 0x8A4B1E;
            case LEAF -> 0x0E7A2A;
            default -> OUTLINE;
        };
    }
}
