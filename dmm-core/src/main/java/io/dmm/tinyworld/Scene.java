package io.dmm.tinyworld;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** What a picture of the tiny world shows: one coloured thing at one place before one backdrop. */
record Scene(Thing thing, Hue hue, Place place, Backdrop backdrop) {
    Scene {
        Objects.requireNonNull(thing, "Scene: thing");
        Objects.requireNonNull(hue, "Scene: hue");
        Objects.requireNonNull(place, "Scene: place");
        Objects.requireNonNull(backdrop, "Scene: backdrop");
    }

    /** Every scene there is, ordered by thing, hue, place and backdrop. */
    static List<Scene> all() {
        List<Scene> scenes = new ArrayList<>();
        for (Thing thing : Thing.values()) {
            for (Hue hue : Hue.values()) {
                for (Place place : Place.values()) {
                    for (Backdrop backdrop : Backdrop.values()) {
                        scenes.add(new Scene(thing, hue, place, backdrop));
                    }
                }
            }
        }
        return List.copyOf(scenes);
    }

    /** All natural phrasings; a caption never names a style. */
    List<String> captions() {
        String subject = hue.article() + " " + hue.word() + " " + thing.word();
        String where = place.words();
        String before = backdrop.words();
        return List.of(
                subject + " " + where + ", " + before,
                subject + " " + before + ", " + where,
                before + ", " + subject + " " + where,
                "there is " + subject + " " + where + " " + before);
    }

    /** One of the phrasings. */
    String caption(RandomGenerator random) {
        List<String> captions = captions();
        return captions.get(random.nextInt(captions.size()));
    }
}
