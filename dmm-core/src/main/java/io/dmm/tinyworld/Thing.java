package io.dmm.tinyworld;

import static io.dmm.tinyworld.Figures.box;
import static io.dmm.tinyworld.Figures.curve;
import static io.dmm.tinyworld.Figures.disc;
import static io.dmm.tinyworld.Figures.oval;
import static io.dmm.tinyworld.Figures.polygon;
import static io.dmm.tinyworld.Figures.rounded;
import static io.dmm.tinyworld.Figures.union;
import static io.dmm.tinyworld.Figures.within;
import static io.dmm.tinyworld.Material.CREAM;
import static io.dmm.tinyworld.Material.DARK;
import static io.dmm.tinyworld.Material.GLASS;
import static io.dmm.tinyworld.Material.HUE;
import static io.dmm.tinyworld.Material.HUE_DARK;
import static io.dmm.tinyworld.Material.HUE_LIGHT;
import static io.dmm.tinyworld.Material.HUE_SHADE;
import static io.dmm.tinyworld.Material.LEAF;
import static io.dmm.tinyworld.Material.WOOD;

import java.awt.Shape;
import java.util.List;
import java.util.Locale;

/** The things of the tiny world, each drawn in a box of 100 × 100 with its foot at y = 100. */
enum Thing {
    HOUSE(house()),
    TREE(tree()),
    BOAT(boat()),
    CAR(car()),
    MUSHROOM(mushroom()),
    BALLOON(balloon()),
    BIRD(bird()),
    FLOWER(flower()),
    CAT(cat()),
    ROCKET(rocket());

    private final List<Part> parts;

    Thing(List<Part> parts) {
        this.parts = parts;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    List<Part> parts() {
        return parts;
    }

    boolean floats() {
        return this == BALLOON;
    }

    private static Part part(Material material, Shape shape) {
        return new Part(shape, material);
    }

    private static List<Part> house() {
        return List.of(
                part(HUE_DARK, box(66, 14, 12, 30)),
                part(HUE, box(12, 46, 76, 54)),
                part(HUE_DARK, polygon(2, 50, 50, 6, 98, 50)),
                part(WOOD, box(20, 62, 20, 38)),
                part(GLASS, box(53, 60, 24, 20)));
    }

    private static List<Part> tree() {
        Shape crown =
                union(
                        disc(50, 21, 21),
                        disc(27, 34, 19),
                        disc(73, 34, 19),
                        disc(32, 55, 18),
                        disc(68, 55, 18),
                        disc(50, 44, 24));
        return List.of(
                part(WOOD, polygon(44, 60, 56, 60, 60, 100, 40, 100)),
                part(HUE, crown),
                part(HUE_SHADE, within(crown, union(disc(76, 60, 22), disc(40, 70, 14)))),
                part(HUE_LIGHT, disc(42, 21, 9)),
                part(HUE_LIGHT, disc(27, 38, 7)));
    }

    private static List<Part> boat() {
        return List.of(
                part(WOOD, box(47, 2, 5, 76)),
                part(HUE, curve(54, 6, 62, 14, 78, 36, 88, 64, 70, 67, 54, 66, 54, 36)),
                part(CREAM, polygon(44, 14, 44, 66, 12, 66)),
                part(HUE, polygon(2, 74, 98, 74, 80, 100, 20, 100)),
                part(HUE_SHADE, polygon(11, 87, 89, 87, 80, 100, 20, 100)));
    }

    private static List<Part> car() {
        return List.of(
                part(HUE, polygon(18, 56, 30, 28, 66, 28, 84, 56)),
                part(GLASS, polygon(27, 53, 34, 35, 45, 35, 45, 53)),
                part(GLASS, polygon(55, 53, 55, 35, 64, 35, 74, 53)),
                part(HUE, rounded(0, 50, 100, 36, 11)),
                part(HUE_SHADE, rounded(2, 70, 96, 15, 7)),
                part(CREAM, oval(93, 61, 6, 6)),
                part(DARK, disc(25, 84, 16)),
                part(DARK, disc(75, 84, 16)),
                part(CREAM, disc(25, 84, 7)),
                part(CREAM, disc(75, 84, 7)));
    }

    private static List<Part> mushroom() {
        Shape cap = within(oval(50, 54, 50, 48), box(0, 0, 100, 58));
        return List.of(
                part(CREAM, curve(38, 54, 36, 78, 30, 98, 50, 101, 70, 98, 64, 78, 62, 54)),
                part(HUE, cap),
                part(HUE_SHADE, within(cap, box(0, 49, 100, 10))),
                part(CREAM, oval(50, 25, 11, 9)),
                part(CREAM, oval(23, 39, 8, 7)),
                part(CREAM, oval(77, 39, 8, 7)));
    }

    private static List<Part> balloon() {
        Shape envelope =
                curve(50, 0, 84, 12, 92, 38, 76, 62, 60, 76, 40, 76, 24, 62, 8, 38, 16, 12);
        return List.of(
                part(DARK, polygon(40, 74, 43, 74, 45, 88, 42, 88)),
                part(DARK, polygon(57, 74, 60, 74, 58, 88, 55, 88)),
                part(HUE, envelope),
                part(HUE_SHADE, within(envelope, curve(70, 0, 96, 34, 62, 78, 78, 40))),
                part(HUE_LIGHT, curve(46, 4, 57, 36, 52, 74, 46, 74, 34, 36)),
                part(WOOD, rounded(38, 85, 24, 15, 3)));
    }

    private static List<Part> bird() {
        return List.of(
                part(DARK, box(42, 84, 5, 16)),
                part(DARK, box(56, 84, 5, 16)),
                part(HUE_DARK, polygon(30, 58, 0, 40, 4, 66, 28, 76)),
                part(WOOD, polygon(82, 22, 102, 34, 82, 43)),
                part(HUE, union(oval(49, 64, 32, 25), disc(66, 34, 22), oval(64, 50, 22, 22))),
                part(HUE_LIGHT, curve(68, 58, 78, 66, 66, 82, 50, 86, 56, 74)),
                part(HUE_DARK, curve(22, 54, 40, 50, 58, 58, 50, 74, 34, 74)),
                part(CREAM, disc(72, 29, 7)),
                part(DARK, disc(73, 29, 4.5)));
    }

    private static List<Part> flower() {
        Shape[] petals = new Shape[5];
        for (int i = 0; i < petals.length; i++) {
            double angle = Math.PI * (2.0 * i / petals.length - 0.5);
            petals[i] = disc(50 + 21.5 * Math.cos(angle), 34 + 21.5 * Math.sin(angle), 13);
        }
        return List.of(
                part(LEAF, box(46, 50, 8, 50)),
                part(LEAF, curve(47, 99, 28, 97, 8, 78, 32, 80)),
                part(LEAF, curve(53, 99, 72, 97, 92, 78, 68, 80)),
                part(HUE, union(petals)),
                part(HUE_DARK, disc(50, 34, 14)),
                part(CREAM, disc(50, 34, 9)));
    }

    private static List<Part> cat() {
        Shape ears = union(polygon(19, 32, 20, -2, 45, 13), polygon(81, 32, 80, -2, 55, 13));
        Shape body = curve(34, 46, 24, 76, 22, 98, 50, 101, 78, 98, 76, 76, 66, 46);
        return List.of(
                part(HUE_DARK, curve(66, 86, 84, 82, 82, 60, 92, 54, 96, 76, 86, 98, 66, 100)),
                part(HUE, union(body, ears, oval(50, 32, 31, 23))),
                part(HUE_SHADE, curve(28, 52, 50, 57, 72, 52, 66, 59, 50, 63, 34, 59)),
                part(HUE_LIGHT, oval(50, 82, 13, 15)),
                part(CREAM, oval(50, 43, 13, 8)),
                part(DARK, disc(38, 28, 5.5)),
                part(DARK, disc(62, 28, 5.5)),
                part(DARK, oval(50, 38, 5, 4)));
    }

    private static List<Part> rocket() {
        Shape hull = curve(50, 0, 66, 22, 71, 50, 66, 84, 34, 84, 29, 50, 34, 22);
        return List.of(
                part(CREAM, curve(40, 82, 44, 96, 50, 101, 56, 96, 60, 82)),
                part(HUE_DARK, polygon(32, 52, 12, 74, 12, 94, 34, 82)),
                part(HUE_DARK, polygon(68, 52, 88, 74, 88, 94, 66, 82)),
                part(HUE, hull),
                part(HUE_DARK, within(hull, box(20, 0, 60, 21))),
                part(HUE_LIGHT, within(hull, box(20, 68, 60, 8))),
                part(GLASS, disc(50, 44, 11)));
    }
}
