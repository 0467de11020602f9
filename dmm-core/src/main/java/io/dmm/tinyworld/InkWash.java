package io.dmm.tinyworld;

import java.awt.Graphics2D;
import java.awt.Shape;

/** Diluted ink on the land: dark along every crest, thinning out to mist below it. */
final class InkWash {
    /** How much of what lies behind a ridge its mist hides. */
    private static final float MIST = 0.94f;

    private final float[] density = new float[Painter.SIZE * Painter.SIZE];

    /**
     * Washes the land under a crest, from full strength at its edge to none so many pixels down.
     */
    void under(Shape land, double strength, double depth) {
        Layer mask = new Layer(Painter.SIZE);
        Graphics2D pen = mask.pen();
        pen.fill(land);
        pen.dispose();
        for (int x = 0; x < Painter.SIZE; x++) {
            int crest = -1;
            for (int y = 0; y < Painter.SIZE; y++) {
                float cover = mask.alpha(x, y) / 255f;
                if (cover == 0) {
                    continue;
                }
                crest = crest < 0 ? y : crest;
                double thin = Math.max(0, 1 - (y - crest) / depth);
                int i = y * Painter.SIZE + x;
                density[i] += cover * ((float) (strength * thin * thin) - MIST * density[i]);
            }
        }
    }

    /** The washes as a layer of ink of one colour. */
    Layer inked(int ink) {
        Layer layer = new Layer(Painter.SIZE);
        for (int i = 0; i < density.length; i++) {
            layer.pixels()[i] = Rgb.premultiplied(ink, Math.max(0, density[i]));
        }
        return layer;
    }
}
