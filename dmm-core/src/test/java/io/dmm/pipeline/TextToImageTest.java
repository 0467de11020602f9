package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.Reference;
import io.dmm.SmallModels;
import io.dmm.sampler.Sampler;
import io.dmm.weights.Lora;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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
        assertRefused("size: expected multiples of 2 but was 17×16", () -> sample().size(17, 16));
        assertRefused("size: expected multiples of 2 but was 16×0", () -> sample().size(16, 0));
        assertRefused(
                "size: expected at most 100000000 pixels but was 100000×100000",
                () -> sample().size(100_000, 100_000));
        assertRefused("sample: steps, expected 1 to 1000 but was 0", () -> sample().steps(0));
        assertRefused("images: expected at least 1 but was 0", () -> sample().images(0));
        assertRefused("sample: expected at least one prompt but was none", () -> MODEL.sample());
        assertRefused(
                "guidance: scale, expected a finite number of at least 0 but was -1.0",
                () -> sample().guidance(-1));
        assertRefused("CLIP: clip skip, expected 1 to 2 but was 3", () -> sample().clipSkip(3));
    }

    @Test
    void longPrompt_countsToItsEnd() {
        String words = "red house ".repeat(100);
        int[] first = rgb(MODEL.sample(words).steps(2));
        assertFalse(Arrays.equals(first, rgb(MODEL.sample(words + "two boats").steps(2))));
    }

    @Test
    void weights_changeThePicture() {
        int[] plain = rgb(sample());
        assertFalse(
                Arrays.equals(plain, rgb(MODEL.sample(PROMPT.replace("red", "(red)")).steps(3))));
        assertArrayEquals(plain, rgb(MODEL.sample(PROMPT.replace("red", "(red:1)")).steps(3)));
    }

    @Test
    void promptsOfDifferentLength_areDrawnAsAlone() {
        String[] prompts = {PROMPT, "two boats BREAK a tree", "red house ".repeat(100), PROMPT};
        String[] negatives = {"", "fog", "(rain:1.3)", "fog BREAK rain"};
        List<GeneratedImage> batch =
                MODEL.sample(prompts).negativePrompt(negatives).steps(2).seeds(3, -1).images(2);
        for (int i = 0; i < batch.size(); i++) {
            GeneratedImage alone =
                    MODEL.sample(prompts[i / 2])
                            .negativePrompt(negatives[i / 2])
                            .steps(2)
                            .seed(i % 2 == 0 ? 3 : -1)
                            .image();
            assertArrayEquals(Pictures.rgb(alone.image()), Pictures.rgb(batch.get(i).image()));
            assertEquals(alone.parameters(), batch.get(i).parameters());
        }
    }

    @Test
    void seeds_areOneForEachPicture() {
        assertRefused(
                "images: expected 3, one for each seed, but was 2",
                () -> sample().seeds(1, 7, 9).images(2));
        assertRefused("seeds: expected at least one but was none", () -> sample().seeds());
        assertRefused(
                "negative prompt: expected one, or one for each of 3 prompts, but was 2",
                () -> MODEL.sample("a", "b", "c").negativePrompt("d", "e"));
        ImageGrid grid = sample().seeds(1, 7, 9).grid(3);
        assertEquals(List.of("seed 1", "seed 7", "seed 9"), grid.columnLabels());
        assertArrayEquals(rgb(sample().seed(7)), Pictures.rgb(grid.cells().get(0).get(1)));
    }

    @Test
    void iterateSeed_countsOnFromPromptToPrompt() {
        ImageGrid grid = MODEL.sample("a", "b").steps(1).iterateSeed(3).grid(2);
        assertEquals(List.of("picture 1", "picture 2"), grid.columnLabels());
        int[] last = rgb(MODEL.sample("b").steps(1).seed(6));
        assertArrayEquals(last, Pictures.rgb(grid.cells().get(1).get(1)));
    }

    @Test
    void wrongPrompts_areRefusedAtOnce() {
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> MODEL.sample("<lora:ink:1>"))
                        .getMessage()
                        .startsWith("prompt: '<lora:ink:1>', expected no tag"));
        assertThrows(IllegalArgumentException.class, () -> sample().negativePrompt("[a|b]"));
    }

    @Test
    void pictureSettings_drawTheSamePicture(@TempDir Path folder) throws IOException {
        GeneratedImage image =
                STYLED.sample("a (red:1.3) house\nNegative prompt: BREAK \"by the sea\", 😀")
                        .negativePrompt("blurred, [gray]")
                        .style(StyleMix.of("ink", 1.1).and("pixel", -0.1))
                        .steps(3)
                        .guidance(6.3)
                        .seed(-5_000_000_000L)
                        .sampler(Sampler.DDIM)
                        .clipSkip(2)
                        .size(24, 12)
                        .image();
        Path file = folder.resolve("picture.png");
        image.save(file);
        GeneratedImage again = STYLED.sample(PngParameters.read(file)).image();
        assertArrayEquals(Pictures.rgb(image.image()), Pictures.rgb(again.image()));
        assertEquals(image.parameters(), again.parameters());
        assertEquals(image.settings(), again.settings());
    }

    @Test
    void pictures_sayWhatDrewThem() {
        Path kohya = Reference.path("lora/kohya.safetensors");
        Path loha = Reference.path("lora/loha.safetensors");
        assertEquals(Optional.empty(), sample().image().settings().model());
        try (StableDiffusion loaded = StableDiffusion.load(Reference.path("pipeline"));
                StableDiffusion changed = loaded.with(Lora.of(kohya, 0.5), Lora.of(loha))) {
            assertEquals(Optional.of("pipeline"), drawnBy(loaded));
            assertEquals(Optional.of("pipeline + kohya × 0.5 + loha × 1.0"), drawnBy(changed));
            assertEquals(Optional.of("a, b: c"), drawnBy(loaded.named("a, b: c")));
        }
    }

    private static Optional<String> drawnBy(StableDiffusion model) {
        String parameters = model.sample("a house").steps(1).size(16, 16).image().parameters();
        return GenerationSettings.parse(parameters).model();
    }

    @Test
    void settingsOfOtherPrograms_areNamed() {
        String text = "a\nSteps: 1, Sampler: DDIM, CFG scale: 7, Seed: 1, Size: 16x16";
        List<LogRecord> warnings = new ArrayList<>();
        Logger logger = Logger.getLogger(GenerationSettings.class.getName());
        Filter recorder = record -> !warnings.add(record);
        logger.setFilter(recorder);
        try {
            MODEL.sample(GenerationSettings.parse(text + ", Version: v1, Model: x, RNG: CPU"));
            assertEquals(0, warnings.size());
            MODEL.sample(GenerationSettings.parse(text + ", Hires upscale: 2, RNG: NV"));
        } finally {
            logger.setFilter(null);
        }
        assertEquals(1, warnings.size());
        String message = warnings.get(0).getMessage();
        assertTrue(message.endsWith("not used here: [Hires upscale, RNG]"), message);
    }

    @Test
    void sizes_needNotBeSquareNorEvenInLatents() {
        GeneratedImage image = sample().size(26, 10).image();
        assertEquals(26, image.image().getWidth());
        assertEquals(10, image.image().getHeight());
        TextToImage again = sample().size(26, 10).from(image.image(), 0.5);
        List<GeneratedImage> batch = again.seed(3).images(2);
        assertArrayEquals(Pictures.rgb(batch.get(1).image()), rgb(again.seed(4)));
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
                        + "Clip skip: 2, RNG: CPU, Styles: \"ink:0.25|pixel:0.75\"";
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
        List<Callable<byte[]>> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int seed = i;
            Sampler sampler = Sampler.values()[i % Sampler.values().length];
            String prompt = List.of(PROMPT, "(two:1.4) boats", "a BREAK tree").get(i % 3);
            requests.add(
                    () -> {
                        TextToImage request =
                                STYLED.sample(prompt, "")
                                        .style(seed % 2 == 0 ? "ink" : "pixel")
                                        .sampler(sampler);
                        ImageGrid grid = request.steps(4).seed(seed).grid(2);
                        return PngParameters.encode(grid.image(), "");
                    });
        }
        List<byte[]> inTurn = new ArrayList<>();
        for (Callable<byte[]> request : requests) {
            inTurn.add(request.call());
        }
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            List<Future<byte[]>> atOnce = pool.invokeAll(requests);
            for (int i = 0; i < requests.size(); i++) {
                assertArrayEquals(inTurn.get(i), atOnce.get(i).get(), "request " + i);
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

    private static int[] rgb(TextToImage request) {
        return Pictures.rgb(request.image().image());
    }

    private static void assertRefused(String message, Executable executable) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, executable).getMessage());
    }
}
