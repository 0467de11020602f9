package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.SmallModels;
import io.dmm.model.clip.ClipTokenizer;
import io.dmm.sampler.Sampler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class TextToImageTest {
    private static final String PROMPT = "a red house on the left, by the sea";
    private static final StableDiffusion MODEL = SmallModels.base();
    private static final StableDiffusion STYLED = SmallModels.styled("ink", "pixel");

    @AfterAll
    static void close() {
        MODEL.close();
        STYLED.close();
    }

    @Test
    void equalSeeds_giveEqualPictures() {
        int[] first = rgb(sample().seed(7));
        assertArrayEquals(first, rgb(sample().seed(7)));
        assertFalse(Arrays.equals(first, rgb(sample().seed(8))));
    }

    @Test
    void prompts_changeThePicture() {
        assertFalse(Arrays.equals(rgb(sample()), rgb(MODEL.sample("two boats").steps(3))));
    }

    @Test
    void everyPictureOfABatch_isTheOneMadeAlone() {
        List<GeneratedImage> batch = MODEL.sample(PROMPT, "two boats").steps(3).seed(5).images(3);
        assertEquals(6, batch.size());
        for (int i = 0; i < batch.size(); i++) {
            String prompt = i < 3 ? PROMPT : "two boats";
            GeneratedImage alone = MODEL.sample(prompt).steps(3).seed(5 + i % 3).image();
            assertArrayEquals(
                    Pictures.rgb(alone.image()),
                    Pictures.rgb(batch.get(i).image()),
                    "picture " + i);
            assertEquals(alone.parameters(), batch.get(i).parameters());
        }
    }

    @Test
    void guidanceOfOne_ignoresTheNegativePrompt() {
        int[] plain = rgb(sample().guidance(1));
        assertArrayEquals(plain, rgb(sample().guidance(1).negativePrompt("two boats")));
        int[] guided = rgb(sample().guidance(7));
        assertFalse(Arrays.equals(plain, guided));
        assertFalse(Arrays.equals(guided, rgb(sample().guidance(7).negativePrompt("two boats"))));
    }

    @Test
    void styles_changeThePicture() {
        int[] off = rgb(styled());
        int[] ink = rgb(styled().style("ink"));
        assertFalse(Arrays.equals(off, ink));
        assertFalse(Arrays.equals(ink, rgb(styled().style("pixel"))));
        assertArrayEquals(ink, rgb(styled().style(StyleMix.of("pixel", 0).and("ink", 1))));
    }

    @Test
    void wrongStyles_areRefusedAtOnce() {
        assertRefused(
                "style 'oil': expected one of ink, pixel", () -> STYLED.sample("").style("oil"));
        assertRefused(
                "style 'ink': expected none, this model has no styles",
                () -> MODEL.sample("").style("ink"));
        assertRefused(
                "style mix: weights, expected a sum of 1 but was 0.9 (ink:0.2|pixel:0.7)",
                () -> STYLED.sample("").style(StyleMix.of("ink", 0.2).and("pixel", 0.7)));
    }

    @Test
    void wrongSettings_areRefused() {
        assertRefused("size: expected multiples of 4 but was 18×16", () -> sample().size(18, 16));
        assertRefused("size: expected multiples of 4 but was 16×0", () -> sample().size(16, 0));
        assertRefused(
                "DPM++ 2M: steps, expected 1 to 1000 but was 0", () -> sample().steps(0).image());
        assertRefused("images: expected at least 1 but was 0", () -> sample().images(0));
        assertRefused("sample: expected at least one prompt but was none", () -> MODEL.sample());
        assertRefused(
                "guidance: scale, expected a finite number of at least 0 but was -1.0",
                () -> sample().guidance(-1).image());
        assertRefused(
                "CLIP: clip skip, expected 1 to 2 but was 3", () -> sample().clipSkip(3).image());
    }

    @Test
    void longPrompt_isCutWhereTheEncoderEnds() {
        String words = "red house ".repeat(250);
        int[] cut = rgb(MODEL.sample(words).steps(2));
        assertArrayEquals(cut, rgb(MODEL.sample(words + "two boats").steps(2)));
    }

    @Test
    void longPrompt_isWarnedOfOnce() {
        Logger logger = Logger.getLogger(ClipTokenizer.class.getName());
        List<LogRecord> warnings = new ArrayList<>();
        Filter recorder = record -> !warnings.add(record);
        logger.setFilter(recorder);
        try {
            MODEL.sample("red house ".repeat(250)).steps(1).images(3);
        } finally {
            logger.setFilter(null);
        }
        assertEquals(1, warnings.size());
    }

    @Test
    void sizes_needNotBeSquare() {
        GeneratedImage image = sample().size(24, 12).image();
        assertEquals(24, image.image().getWidth());
        assertEquals(12, image.image().getHeight());
    }

    @Test
    void parameters_areThoseOfA1111(@TempDir Path folder) throws IOException {
        GeneratedImage image =
                STYLED.sample(PROMPT)
                        .negativePrompt("blurred, gray")
                        .style(StyleMix.of("ink", 0.25).and("pixel", 0.75))
                        .steps(2)
                        .guidance(7)
                        .seed(42)
                        .sampler(Sampler.DDIM)
                        .clipSkip(2)
                        .size(24, 12)
                        .image();
        String expected =
                "a red house on the left, by the sea\n"
                        + "Negative prompt: blurred, gray\n"
                        + "Steps: 2, Sampler: DDIM, CFG scale: 7.0, Seed: 42, Size: 24x12, "
                        + "Clip skip: 2, Styles: ink:0.25|pixel:0.75";
        assertEquals(expected, image.parameters());
        Path file = folder.resolve("picture.png");
        image.save(file);
        assertEquals(expected, PngParameters.text(file).orElseThrow());
    }

    @Test
    void styleNameWithAComma_isQuoted() {
        try (StableDiffusion model = SmallModels.styled("ink, on \"rice\"")) {
            String parameters =
                    model.sample("").steps(1).style("ink, on \"rice\"").image().parameters();
            assertTrue(parameters.endsWith(", Styles: \"ink, on \\\"rice\\\":1.0\""), parameters);
        }
    }

    @Test
    void grid_hasARowForEachPromptAndAColumnForEachSeed() {
        ImageGrid grid = MODEL.sample("a", "b").steps(1).seed(3).grid(2);
        assertEquals(List.of("a", "b"), grid.rowLabels());
        assertEquals(List.of("seed 3", "seed 4"), grid.columnLabels());
        int[] last = rgb(MODEL.sample("b").steps(1).seed(4));
        assertArrayEquals(last, Pictures.rgb(grid.cells().get(1).get(1)));
    }

    @Test
    void threads_doNotDisturbEachOther() throws Exception {
        List<String> prompts = List.of(PROMPT, "two boats", "a tree", "");
        List<int[]> inTurn = prompts.stream().map(TextToImageTest::picture).toList();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            List<Future<int[]>> atOnce =
                    prompts.stream().map(prompt -> pool.submit(() -> picture(prompt))).toList();
            for (int i = 0; i < prompts.size(); i++) {
                assertArrayEquals(inTurn.get(i), atOnce.get(i).get(), prompts.get(i));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void interruptedThread_stopsWithinOneStep() {
        TextToImage request =
                sample().steps(50)
                        .listen(
                                (step, total, latents) -> {
                                    if (step == 2) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
        CancellationException stop = assertThrows(CancellationException.class, request::image);
        assertEquals("sampling: interrupted after 2 of 50 steps", stop.getMessage());
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void sampling_leavesNoArraysBehind() {
        int before = STYLED.manager().getManagedArrays().size();
        styled().style("ink").images(2);
        assertThrows(IllegalArgumentException.class, () -> styled().steps(0).image());
        assertEquals(before, STYLED.manager().getManagedArrays().size());
    }

    private static TextToImage sample() {
        return MODEL.sample(PROMPT).steps(3);
    }

    private static TextToImage styled() {
        return STYLED.sample(PROMPT).steps(3);
    }

    private static int[] picture(String prompt) {
        return rgb(MODEL.sample(prompt).steps(10));
    }

    private static int[] rgb(TextToImage request) {
        return Pictures.rgb(request.image().image());
    }

    private static void assertRefused(String message, Executable executable) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, executable).getMessage());
    }
}
