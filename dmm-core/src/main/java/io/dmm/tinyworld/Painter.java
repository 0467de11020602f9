package io.dmm.tinyworld;

import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** Paints scenes as pictures of 64 × 64 pixels. */
final class Painter {
    /** Width and height of a picture. */
    static final int SIZE = 64;

    private Painter() {}

    /**
     * Paints the scene; the same generator state gives the same picture, and the same layout in
     * every style.
     */
    static BufferedImage paint(Scene scene, Style style, RandomGenerator random) {
        Composition composition = Composition.of(scene, random);
        BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        renderer(style).render(composition, picture, random);
        return picture;
    }

    private static Renderer renderer(Style style) {
        return switch (style) {
            case PLAIN -> new PlainRenderer();
            case BUSINESS -> new BusinessRenderer();
            case INK -> new InkRenderer();
            case PIXEL -> new PixelRenderer();
            case SCENERY -> new SceneryRenderer();
            case WOODCUT -> new WoodcutRenderer();
            case PORCELAIN -> new PorcelainRenderer();
            case GLASS -> new GlassRenderer();
            case CHALK -> new ChalkRenderer();
        };
    }
}
