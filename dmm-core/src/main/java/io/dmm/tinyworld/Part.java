package io.dmm.tinyworld;

import java.awt.Shape;
import java.awt.geom.AffineTransform;

/** One shape of one material; parts are listed from back to front. */
record Part(Shape shape, Material material) {
    Part moved(AffineTransform by) {
        return new Part(by.createTransformedShape(shape), material);
    }
}
