package io.dmm.tinyworld;

import io.dmm.data.CaptionedImage;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Captioned pictures of the tiny world, and its split into scenes for training and held out. */
final class WorldPictures {
    /** Coprime to the number of scenes, so that the split runs across all things and hues. */
    private static final int STRIDE = 37;

    private static final int HELD_OUT = 128;

    private WorldPictures() {}

    static List<Scene> trainingScenes() {
        return split(HELD_OUT, Scene.all().size());
    }

    /** Scenes that no text encoder and no UNet is trained on. */
    static List<Scene> heldOutScenes() {
        return split(0, HELD_OUT);
    }

    private static List<Scene> split(int from, int to) {
        List<Scene> scenes = Scene.all();
        return IntStream.range(from, to)
                .mapToObj(i -> scenes.get(i * STRIDE % scenes.size()))
                .toList();
    }

    /** Pictures of random scenes in one style; the captions do not name it. */
    static List<CaptionedImage> inStyle(Style style, List<Scene> scenes, int count, long seed) {
        RandomGenerator random = PhiloxRandom.of(seed, style.ordinal(), Purpose.DATA);
        List<CaptionedImage> pictures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Scene scene = scenes.get(random.nextInt(scenes.size()));
            String caption = scene.caption(random);
            pictures.add(new CaptionedImage(Painter.paint(scene, style, random), caption));
        }
        return pictures;
    }

    /** As {@link #inStyle}, the captions naming the style. */
    static List<CaptionedImage> namingStyle(Style style, List<Scene> scenes, int count, long seed) {
        return inStyle(style, scenes, count, seed).stream()
                .map(one -> new CaptionedImage(one.image(), style.inCaption(one.caption())))
                .toList();
    }
}
