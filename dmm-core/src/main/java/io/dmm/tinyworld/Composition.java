package io.dmm.tinyworld;

import java.awt.geom.AffineTransform;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One scene laid out in the picture, the same for every style.
 *
 * @param landscape the backdrop's parts, back to front
 * @param thing the thing's parts, back to front
 * @param x the thing's centre, in pixels
 * @param foot the y on which the thing stands, or over which it floats
 * @param size the side of the thing's box
 * @param horizon the y where sky and land meet
 * @param sunX the sun's centre
 */
record Composition(
        Scene scene,
        List<Part> landscape,
        List<Part> thing,
        double x,
        double foot,
        double size,
        double horizon,
        double sunX) {

    static Composition of(Scene scene, RandomGenerator random) {
        double x = scene.place().x() + random.nextDouble(-1.5, 1.5);
        double foot = random.nextDouble(53, 57);
        double size = random.nextDouble(27, 31);
        double horizon = random.nextDouble(34, 38);
        boolean sunOnLeft = x > 40 || x > 24 && random.nextBoolean();
        double sunX = sunOnLeft ? random.nextDouble(7, 15) : random.nextDouble(49, 57);
        double lift = scene.thing().floats() ? random.nextDouble(11, 15) : 0;
        AffineTransform inPicture = new AffineTransform();
        inPicture.translate(x - size / 2, foot - lift - size);
        inPicture.scale(size / 100, size / 100);
        List<Part> landscape = new Landscape(random, x, horizon, sunX).of(scene.backdrop());
        return new Composition(
                scene,
                landscape,
                scene.thing().parts().stream().map(part -> part.moved(inPicture)).toList(),
                x,
                foot,
                size,
                horizon,
                sunX);
    }
}
