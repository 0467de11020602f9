package io.dmm.tinyworld;

import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** Draws a composition in one style. */
interface Renderer {
    /**
     * Covers the whole picture; whatever varies beyond the composition comes from the generator.
     */
    void render(Composition composition, BufferedImage picture, RandomGenerator random);
}
