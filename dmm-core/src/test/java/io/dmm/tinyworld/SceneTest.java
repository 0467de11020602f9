package io.dmm.tinyworld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SceneTest {
    private static final int DRAWS = 40;

    @Test
    void all_holdsEveryCombinationOnce() {
        List<Scene> scenes = Scene.all();
        assertEquals(10 * 6 * 3 * 4, scenes.size());
        assertEquals(scenes.size(), new HashSet<>(scenes).size());
        assertEquals(scenes, Scene.all());
    }

    @Test
    void captions_sayTheWholeScene() {
        for (Scene scene : Scene.all()) {
            for (String caption : captions(scene)) {
                assertTrue(caption.contains(scene.hue().word() + " " + scene.thing().word()));
                assertTrue(caption.contains(scene.place().words()));
                assertTrue(caption.contains(scene.backdrop().words()));
            }
        }
    }

    @Test
    void captions_comeInSeveralPhrasingsAndNeverFitTwoScenes() {
        Map<String, Scene> owners = new HashMap<>();
        for (Scene scene : Scene.all()) {
            Set<String> captions = captions(scene);
            assertEquals(4, captions.size());
            captions.forEach(caption -> assertNull(owners.put(caption, scene)));
        }
    }

    @Test
    void captions_neverNameAStyle() {
        Set<String> styleWords = new HashSet<>();
        for (Style style : Style.values()) {
            styleWords.addAll(Arrays.asList(style.words().split(" ")));
        }
        for (Scene scene : Scene.all()) {
            for (String caption : captions(scene)) {
                for (String word : caption.split("[ ,]+")) {
                    assertFalse(styleWords.contains(word), caption);
                }
            }
        }
    }

    @Test
    void captions_useTheRightArticle() {
        Scene scene = new Scene(Thing.HOUSE, Hue.ORANGE, Place.LEFT, Backdrop.SEA);
        assertTrue(captions(scene).contains("an orange house on the left, by the sea"));
    }

    @Test
    void style_isNamedBeforeTheCaptionUnlessPlain() {
        String caption = "a red house on the left, by the sea";
        assertEquals(caption, Style.PLAIN.inCaption(caption));
        assertEquals("pixel art of " + caption, Style.PIXEL.inCaption(caption));
    }

    private static Set<String> captions(Scene scene) {
        SplittableRandom random = new SplittableRandom(1);
        Set<String> captions = new HashSet<>();
        for (int i = 0; i < DRAWS; i++) {
            captions.add(scene.caption(random));
        }
        return captions;
    }
}
