package io.dmm.tinyworld;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** A school board in its wooden frame: the land in white chalk lines, the thing in colours. */
final class ChalkRenderer implements Renderer {
    private static final int BOARD = 0x108024;
    private static final int CHALK = 0xF4F6E8;
    private static final int WOOD = 0xC88440;
    private static final int DARK = 0x1A1428;

    @Override
    public void render(Composition composition, BufferedImage picture, RandomGenerator random) {
        Graphics2D pen = Layer.smooth(picture.createGraphics());
        Layer.fill(pen, Figures.box(0, 0, Painter.SIZE, Painter.SIZE), BOARD);
        composition.landscape().forEach(part -> land(pen, part));
        for (Part part : composition.thing()) {
            Layer.fill(pen, part.shape(), tone(part.material(), composition.scene().hue()));
            switch (part.material()) {
                case HUE_LIGHT, HUE_SHADE, CREAM -> {}
                default -> Layer.draw(pen, part.shape(), DARK, 1.2f);
            }
        }
        float frame = (float) random.nextDouble(6, 8);
        Layer.draw(pen, Figures.box(0, 0, Painter.SIZE, Painter.SIZE), WOOD, frame);
        pen.dispose();
    }

    private static void land(Graphics2D pen, Part part) {
        switch (part.material()) {
            case SUN, CLOUD, SNOW, FOAM, BLOOM ->
                    Layer.fill(pen, part.shape(), Rgb.mix(BOARD, CHALK, 0.8));
            default -> Layer.fill(pen, part.shape(), BOARD);
        }
        Layer.draw(pen, part.shape(), CHALK, 1.8f);
    }

    private static int tone(Material material, Hue hue) {
        return switch (material) {
            case HUE -> hue.rgb();
            case HUE_LIGHT -> Rgb.lighter(hue.rgb(), 0.4);
            case HUE_DARK, HUE_SHADE -> hue.deep();
            case CREAM, GLASS -> CHALK;
            case WOOD -> WOOD;
            default -> DARK;
        };
    }
}
