package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class StyleMixTest {
    private static final List<String> STYLES = List.of("ink", "pixel", "oil");

    @Test
    void words_areNamesAndWeightsToTwoDecimals() {
        assertEquals("ink 0.30, pixel 0.67", StyleMix.of("ink", 0.3).and("pixel", 2.0 / 3).words());
        assertEquals("ink", StyleMix.only("ink").words());
        assertEquals("ink 0.50", StyleMix.of("ink", 0.5).words());
    }

    @Test
    void weights_areInTheOrderOfTheModel() {
        assertArrayEquals(new float[] {0, 1, 0}, StyleMix.only("pixel").over(STYLES));
        StyleMix mix = StyleMix.of("oil", 0.75).and("ink", 0.25);
        assertArrayEquals(new float[] {0.25f, 0, 0.75f}, mix.over(STYLES));
        assertEquals("oil:0.75|ink:0.25", mix.toString());
    }

    @Test
    void weights_mayGoBeyondAStyle() {
        assertArrayEquals(
                new float[] {-0.5f, 1.5f, 0},
                StyleMix.of("ink", -0.5).and("pixel", 1.5).over(STYLES));
    }

    @Test
    void towards_keepsTheSum() {
        StyleMix half = StyleMix.of("ink", 0.5).and("pixel", 0.5);
        assertEquals("ink:0.5|pixel:0.5", half.towards("oil", 0).toString());
        assertEquals("ink:0.25|pixel:0.25|oil:0.5", half.towards("oil", 0.5).toString());
        assertEquals("ink:0.75|pixel:0.25", half.towards("ink", 0.5).toString());
        assertEquals("oil:1.0", half.towards("oil", 1).toString());
        assertEquals(
                "style mix: share of 'oil', expected a number but was NaN",
                assertThrows(IllegalArgumentException.class, () -> half.towards("oil", Double.NaN))
                        .getMessage());
    }

    @Test
    void sum_mayBeRounded() {
        StyleMix thirds = StyleMix.of("ink", 0.333).and("pixel", 0.333).and("oil", 0.334);
        assertArrayEquals(new float[] {0.333f, 0.333f, 0.334f}, thirds.over(STYLES));
    }

    @Test
    void adding_leavesTheMixAsItWas() {
        StyleMix half = StyleMix.of("ink", 0.5);
        half.and("pixel", 0.5);
        assertEquals("ink:0.5", half.toString());
    }

    @Test
    void parsedMix_isTheOneWritten() {
        StyleMix mix = StyleMix.of("a|b:1", 0.1).and("c\\", -1.5).and("d, \"e\"|", 2.4);
        assertEquals("a\\|b:1:0.1|c\\\\:-1.5|d, \"e\"\\|:2.4", mix.toString());
        StyleMix read = StyleMix.parse(mix.toString());
        assertEquals(mix.toString(), read.toString());
        List<String> names = List.of("d, \"e\"|", "c\\", "a|b:1");
        assertArrayEquals(new float[] {2.4f, -1.5f, 0.1f}, read.over(names));
        assertArrayEquals(new float[] {0, 1, 0}, StyleMix.parse("pixel:1").over(STYLES));
    }

    @Test
    void malformedMixes_areRefused() {
        for (String text : List.of("", "ink", "ink:", "ink:x", "ink:1|", "ink:1||pixel:0")) {
            assertThrows(IllegalArgumentException.class, () -> StyleMix.parse(text), text);
        }
        assertRefused(
                "style mix: expected style:weight but was 'pixel'",
                () -> StyleMix.parse("ink:0.5|pixel"));
    }

    @Test
    void wrongMixes_areRefused() {
        assertRefused(
                "style mix: weights, expected a sum of 1 but was 0.5 (ink:0.5)",
                () -> StyleMix.of("ink", 0.5).over(STYLES));
        assertRefused(
                "style 'sepia': expected one of ink, pixel, oil",
                () -> StyleMix.only("sepia").over(STYLES));
        assertRefused(
                "style mix: 'ink' is named twice, expected once",
                () -> StyleMix.of("ink", 0.5).and("ink", 0.5));
        assertRefused(
                "style mix: weight of 'ink', expected a number but was NaN",
                () -> StyleMix.of("ink", Double.NaN));
    }

    private static void assertRefused(String message, Executable executable) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, executable).getMessage());
    }
}
