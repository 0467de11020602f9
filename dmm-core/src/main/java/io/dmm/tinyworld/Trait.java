package io.dmm.tinyworld;

import java.util.function.BiFunction;

/** What there is to tell of a picture: its style, and all that its scene says. */
enum Trait {
    STYLE(Style.values().length, (scene, style) -> style),
    THING(Thing.values().length, (scene, style) -> scene.thing()),
    HUE(Hue.values().length, (scene, style) -> scene.hue()),
    PLACE(Place.values().length, (scene, style) -> scene.place()),
    BACKDROP(Backdrop.values().length, (scene, style) -> scene.backdrop());

    private final int classes;
    private final BiFunction<Scene, Style, Enum<?>> truth;

    Trait(int classes, BiFunction<Scene, Style, Enum<?>> truth) {
        this.classes = classes;
        this.truth = truth;
    }

    /** How many answers there are. */
    int classes() {
        return classes;
    }

    /** The right answer for a picture, counted from 0. */
    int of(Scene scene, Style style) {
        return truth.apply(scene, style).ordinal();
    }
}
