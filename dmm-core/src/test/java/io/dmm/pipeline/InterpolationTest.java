package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmm.SmallModels;
import io.dmm.sampler.Sampler;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class InterpolationTest {
    private static final StableDiffusion MODEL = SmallModels.styled("ink", "oil", "pixel");

    @AfterAll
    static void close() {
        MODEL.close();
    }

    @Test
    void columns_goFromOneStyleToTheOther() {
        ImageGrid grid =
                new Interpolation(MODEL, "pixel", "ink")
                        .steps(3)
                        .prompts("a house", "two boats")
                        .seed(7)
                        .settings(request -> request.guidance(3))
                        .grid();
        assertEquals(List.of("a house", "two boats"), grid.rowLabels());
        assertEquals(List.of("pixel", "0.50", "ink"), grid.columnLabels());
        for (int row = 0; row < 2; row++) {
            String prompt = grid.rowLabels().get(row);
            int[] pixel = picture(prompt, StyleMix.only("pixel"));
            int[] middle = picture(prompt, StyleMix.of("ink", 0.5).and("pixel", 0.5));
            int[] ink = picture(prompt, StyleMix.only("ink"));
            assertArrayEquals(pixel, cell(grid, row, 0));
            assertArrayEquals(middle, cell(grid, row, 1));
            assertArrayEquals(ink, cell(grid, row, 2));
            assertFalse(Arrays.equals(pixel, middle));
            assertFalse(Arrays.equals(middle, ink));
        }
    }

    @Test
    void settings_areThoseOfEveryPicture() {
        UnaryOperator<TextToImage> settings =
                request ->
                        request.steps(3)
                                .negativePrompt("fog")
                                .sampler(Sampler.EULER)
                                .clipSkip(2)
                                .size(20, 12);
        ImageGrid grid =
                new Interpolation(MODEL, "ink", "oil")
                        .steps(2)
                        .settings(settings)
                        .prompts("a house")
                        .grid();
        TextToImage oil = settings.apply(MODEL.sample("a house")).style("oil");
        assertArrayEquals(Pictures.rgb(oil.image().image()), cell(grid, 0, 1));
    }

    @Test
    void oneStyle_staysAsItIs() {
        ImageGrid grid = new Interpolation(MODEL, "ink", "ink").steps(2).prompts("a").grid();
        assertArrayEquals(cell(grid, 0, 0), cell(grid, 0, 1));
        assertEquals(List.of("ink", "ink"), grid.columnLabels());
    }

    @Test
    void wrongSettings_areRefused() {
        assertEquals(
                "style 'sepia': expected one of ink, oil, pixel",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new Interpolation(MODEL, "ink", "sepia"))
                        .getMessage());
        Interpolation interpolation = new Interpolation(MODEL, "ink", "oil");
        assertEquals(
                "interpolation: steps, expected at least 2 but was 1",
                assertThrows(IllegalArgumentException.class, () -> interpolation.steps(1))
                        .getMessage());
        assertEquals(
                "sample: expected at least one prompt but was none",
                assertThrows(IllegalArgumentException.class, interpolation::grid).getMessage());
    }

    private static int[] picture(String prompt, StyleMix mix) {
        TextToImage request = MODEL.sample(prompt).style(mix).seed(7).guidance(3);
        return Pictures.rgb(request.image().image());
    }

    private static int[] cell(ImageGrid grid, int row, int column) {
        return Pictures.rgb(grid.cells().get(row).get(column));
    }
}
