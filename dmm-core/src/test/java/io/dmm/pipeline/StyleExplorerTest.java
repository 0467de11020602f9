package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmm.SmallModels;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class StyleExplorerTest {
    private static final StableDiffusion MODEL = SmallModels.styled("ink", "oil", "pixel");
    private static final StyleMix CENTRE = StyleMix.of("ink", 0.5).and("oil", 0.5);

    @AfterAll
    static void close() {
        MODEL.close();
    }

    @Test
    void rows_goFromTheMixToEachStyle() {
        ImageGrid grid = explorer(CENTRE).steps(3).prompts("a house").grid();
        assertEquals(List.of("towards ink", "towards oil", "towards pixel"), grid.rowLabels());
        assertEquals(List.of("ink 0.50, oil 0.50", "50 %", "100 %"), grid.columnLabels());
        int[] centre = picture(CENTRE);
        for (int row = 0; row < 3; row++) {
            assertArrayEquals(centre, cell(grid, row, 0));
        }
        assertArrayEquals(picture(StyleMix.of("ink", 0.75).and("oil", 0.25)), cell(grid, 0, 1));
        assertArrayEquals(
                picture(StyleMix.of("ink", 0.25).and("oil", 0.25).and("pixel", 0.5)),
                cell(grid, 2, 1));
        assertArrayEquals(picture(StyleMix.only("pixel")), cell(grid, 2, 2));
    }

    @Test
    void styleAlone_hasNoRowOfItsOwn() {
        ImageGrid grid = explorer(StyleMix.only("oil")).steps(2).prompts("a house").grid();
        assertEquals(List.of("towards ink", "towards pixel"), grid.rowLabels());
        assertEquals(List.of("oil", "100 %"), grid.columnLabels());
    }

    @Test
    void severalPrompts_haveARowEach() {
        StyleMix ink = StyleMix.only("ink");
        ImageGrid grid = explorer(ink).steps(2).prompts("a boat", "a house").grid();
        assertEquals(
                List.of(
                        "towards oil: a boat",
                        "towards oil: a house",
                        "towards pixel: a boat",
                        "towards pixel: a house"),
                grid.rowLabels());
        assertArrayEquals(picture(ink), cell(grid, 1, 0));
        assertArrayEquals(picture(StyleMix.only("pixel")), cell(grid, 3, 1));
    }

    @Test
    void wrongCentre_isRefused() {
        assertEquals(
                "style mix: weights, expected a sum of 1 but was 0.5 (ink:0.5)",
                refusal(MODEL, StyleMix.of("ink", 0.5)));
        assertEquals(
                "style 'sepia': expected one of ink, oil, pixel",
                refusal(MODEL, StyleMix.only("sepia")));
        try (StableDiffusion single = SmallModels.styled("ink")) {
            assertEquals(
                    "explorer: expected a model of at least two styles but was [ink]",
                    refusal(single, StyleMix.only("ink")));
        }
    }

    private static StyleExplorer explorer(StyleMix centre) {
        return new StyleExplorer(MODEL, centre)
                .seed(7)
                .settings(request -> request.guidance(3).steps(2));
    }

    private static String refusal(StableDiffusion model, StyleMix centre) {
        return assertThrows(IllegalArgumentException.class, () -> new StyleExplorer(model, centre))
                .getMessage();
    }

    private static int[] picture(StyleMix mix) {
        TextToImage request = MODEL.sample("a house").style(mix).seed(7).guidance(3).steps(2);
        return Pictures.rgb(request.image().image());
    }

    private static int[] cell(ImageGrid grid, int row, int column) {
        return Pictures.rgb(grid.cells().get(row).get(column));
    }
}
