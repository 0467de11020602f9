package io.dmm.tinyworld;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.random.RandomGenerator;

/** Pixel art: hard blocks of 2 × 2 pixels, few saturated colours, dithered sky, black outline. */
final class PixelRenderer implements Renderer {
    static final int BLOCK = 2;
    private static final int SIDE = Painter.SIZE / BLOCK;
    private static final int OUTLINE = 0x15102A;

    /** Ordered dithering thresholds in quarters (Bayer 1973). */
    private static final int[][] BAYER = {{0, 2}, {3, 1}};

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Layer grid = new Layer(SIDE);
        sky(grid, composition, random.nextDouble(-0.08, 0.08));
        draw(grid, composition.landscape(), composition.scene());
        AffineTransform onGrid = onGrid(composition);
        Layer thing = new Layer(SIDE);
        draw(
                thing,
                composition.thing().stream().map(part -> part.moved(onGrid)).toList(),
                composition.scene());
        stamp(thing, grid);
        enlarge(grid, picture);
    }

    /** Without smoothing a block is either of the part's colour or not. */
    private static void draw(Layer grid, List<Part> parts, Scene scene) {
        Graphics2D pen = grid.image().createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        pen.scale(1.0 / BLOCK, 1.0 / BLOCK);
        for (Part part : parts) {
            pen.setColor(Rgb.color(colour(part.material(), scene), 1));
            pen.fill(part.shape());
        }
        pen.dispose();
    }

    /** Moves the thing onto the grid, an even number of blocks wide: what is symmetric stays so. */
    private static AffineTransform onGrid(Composition composition) {
        double scale = snap(composition.size(), 2 * BLOCK) / composition.size();
        AffineTransform onGrid =
                AffineTransform.getTranslateInstance(
                        snap(composition.x(), BLOCK), snap(composition.foot(), BLOCK));
        onGrid.scale(scale, scale);
        onGrid.translate(-composition.x(), -composition.foot());
        return onGrid;
    }

    private static double snap(double length, int step) {
        return step * Math.round(length / step);
    }

    private static void sky(Layer grid, Composition composition, double shift) {
        int[] bands = {0x1B1464, 0x2B3FC4, 0x2E86F0, 0x55D0F5, 0xB8F4F0};
        double height = composition.horizon() / BLOCK + 2;
        for (int y = 0; y < SIDE; y++) {
            double level = Math.max(0, Math.min(0.999, y / height + shift)) * (bands.length - 1);
            for (int x = 0; x < SIDE; x++) {
                int step = level - (int) level > (BAYER[y % 2][x % 2] + 0.5) / 4 ? 1 : 0;
                grid.pixels()[y * SIDE + x] = 0xFF000000 | bands[(int) level + step];
            }
        }
    }

    /** Puts the thing on the grid with an outline one block wide around it. */
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
                    grid.pixels()[i] = 0xFF000000 | OUTLINE;
                }
            }
        }
    }

    private static void enlarge(Layer grid, BufferedImage picture) {
        Graphics2D pen = picture.createGraphics();
        pen.drawImage(grid.image(), 0, 0, Painter.SIZE, Painter.SIZE, null);
        pen.dispose();
    }

    private static int colour(Material material, Scene scene) {
        Backdrop backdrop = scene.backdrop();
        Hue hue = scene.hue();
        return switch (material) {
            case SUN -> 0xFFF03C;
            case CLOUD, SNOW, FOAM, BLOOM, CREAM -> 0xFFFFFF;
            case FAR -> backdrop.pick(0x1E7A46, 0xE07A28, 0x5A4FA0, 0x1B7F5C);
            case MID -> backdrop.pick(0, 0xC8551E, 0x3C3580, 0x17963C);
            case WATER -> 0x0F4FD8;
            case GROUND -> backdrop.pick(0xFFC94A, 0xF7A62C, 0xBFE3FF, 0x3CC83C);
            case PLANT -> backdrop.pick(0, 0x0F8A3C, 0x0B4A4A, 0x0E6E2A);
            case HUE -> hue.rgb();
            case HUE_LIGHT -> Rgb.lighter(hue.rgb(), 0.45);
            case HUE_DARK, HUE_SHADE -> hue.deep();
            case GLASS -> 0x7FE8FF;
            case WOOD -> 0x8A4B1E;
            case LEAF -> 0x0E7A2A;
            case DARK -> OUTLINE;
        };
    }
}
