package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.sampler.Sampler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GenerationSettingsTest {
    private static final String SETTINGS =
            "Steps: 20, Sampler: DDIM, CFG scale: 7.5, Seed: 965400086, Size: 512x768";

    private static final List<String> NASTY =
            List.of(
                    "",
                    " ",
                    "a house",
                    "  a house \n",
                    "a\n\nb\r\nc\rd\u2028e\u0085f\t",
                    "\n",
                    "a, \"b\", 'c' \\ \\\" \\n {\"d\": [1, 2]}",
                    "赤い家, café, 😀 🏳️‍🌈",
                    "half \ud83d of an emoji",
                    "nul\0 and bell\u0007",
                    "Steps: 5",
                    "a\nSteps: 5, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 8x8",
                    "Negative prompt: fog",
                    "a\nNegative prompt: fog\nb",
                    "a Negative prompt: fog",
                    "Negative prompt:",
                    "a\nNegative prompt:",
                    "Prompt: \"b\", Negative prompt: \"c\", Seed: 2",
                    "<b>&amp; (word:1.2) [x] BREAK \\(y\\)");

    @Test
    void everyPrompt_isReadBackExactly(@TempDir Path folder) throws IOException {
        Map<String, String> values = values(SETTINGS);
        Path file = folder.resolve("a.png");
        for (String prompt : NASTY) {
            for (String negative : NASTY) {
                GenerationSettings settings = new GenerationSettings(prompt, negative, values);
                assertEquals(settings, GenerationSettings.parse(settings.toString()));
            }
            GenerationSettings settings = new GenerationSettings(prompt, prompt, values);
            PngParameters.write(file, Pictures.small(), settings.toString());
            assertEquals(settings, PngParameters.read(file));
        }
    }

    @Test
    void everyValue_isReadBackExactly() {
        Map<String, String> values = values(SETTINGS);
        for (int i = 0; i < NASTY.size(); i++) {
            values.put("Value " + i, NASTY.get(i));
        }
        values.put("Hashes", "{\"vae\": \"f458b5c6\", \"model\": \"00445494c8\"}");
        values.put("Civitai resources", "[{\"type\":\"checkpoint\",\"id\":1},{\"id\":\"a]\"}]");
        values.put("Open", "{\"a\", b");
        values.put("Quoted", "\"a\"");
        values.put("Half quoted", "\"a, b");
        GenerationSettings settings = new GenerationSettings("a", "b", values);
        assertEquals(settings, GenerationSettings.parse(settings.toString()));
        assertEquals(
                List.copyOf(values.keySet()),
                List.copyOf(GenerationSettings.parse(settings.toString()).values().keySet()));
    }

    /** A1111 fails on an empty value, and knows no brackets. */
    @Test
    void valuesThatA1111WouldLose_areQuoted() {
        assertEquals("\"\"", written(""));
        assertEquals("\"[a, b]\"", written("[a, b]"));
        assertEquals("\"{\\\"a\\\": 1}\"", written("{\"a\": 1}"));
        assertEquals("\"ink:1.0\"", written("ink:1.0"));
        assertEquals("\"\\\"a\"", written("\"a"));
        assertEquals("\" a\"", written(" a"));
        assertEquals("\"a \"", written("a "));
        assertEquals("\"a\\u0000\"", written("a\0"));
        assertEquals("a \"b\" [c]", written("a \"b\" [c]"));
        assertEquals("赤い家 😀", written("赤い家 😀"));
        assertEquals("1", written("1"));
    }

    @Test
    void oldLines_areReadAsTheNewOnes() {
        assertEquals(
                SettingsLine.read("Styles: \"ink:1.0\", Negative prompt: \"\", Seed: 1"),
                SettingsLine.read("Styles: ink:1.0, Negative prompt: , Seed: 1"));
        assertEquals(
                SettingsLine.read("List: \"[a, b]\", Seed: 1"),
                SettingsLine.read("List: [a, b], Seed: 1"));
    }

    private static String written(String value) {
        return SettingsLine.write(Map.of("Key", value)).substring("Key: ".length());
    }

    @Test
    void plainPrompts_areWrittenAsA1111Does() {
        GenerationSettings settings =
                new GenerationSettings("a house\nby the sea", "fog, rain", values(SETTINGS));
        assertEquals(
                "a house\nby the sea\nNegative prompt: fog, rain\n" + SETTINGS,
                settings.toString());
    }

    @Test
    void openPrompts_areRepeatedAmongTheSettings() {
        GenerationSettings settings =
                new GenerationSettings("a\nNegative prompt: b", "", values(SETTINGS));
        assertEquals(
                "a\nNegative prompt: b\n"
                        + SETTINGS
                        + ", Prompt: \"a\\nNegative prompt: b\", Negative prompt: \"\"",
                settings.toString());
    }

    @Test
    void textOfA1111_isUnderstood() {
        GenerationSettings settings =
                GenerationSettings.parse(
                        """
                        girl with an artist's beret, ((eyeshadow)), (coquettish:1.2)
                        by the sea
                        Negative prompt: ugly, [blurry],
                        bad anatomy
                        Steps: 20, Sampler: DDIM, CFG scale: 7, Seed: 965400086, Size: 512x768, \
                        Model hash: 45dee52b, Model: v1-5-pruned, Clip skip: 2, \
                        Lora hashes: "ink: 1a2b, paint: 3c4d", Hashes: {"model": "45dee52b"}, \
                        Version: v1.9.4""");
        assertEquals(
                "girl with an artist's beret, ((eyeshadow)), (coquettish:1.2)\nby the sea",
                settings.prompt());
        assertEquals("ugly, [blurry],\nbad anatomy", settings.negativePrompt());
        assertEquals(20, settings.steps());
        assertEquals(Sampler.DDIM, settings.sampler());
        assertEquals(7, settings.guidance());
        assertEquals(965400086L, settings.seed());
        assertEquals(512, settings.width());
        assertEquals(768, settings.height());
        assertEquals(2, settings.clipSkip());
        assertEquals(Optional.of("v1-5-pruned"), settings.model());
        assertEquals("45dee52b", settings.values().get("Model hash"));
        assertEquals(Optional.empty(), settings.style());
        assertEquals("ink: 1a2b, paint: 3c4d", settings.values().get("Lora hashes"));
        assertEquals("{\"model\": \"45dee52b\"}", settings.values().get("Hashes"));
        assertEquals("v1.9.4", settings.values().get("Version"));
    }

    @Test
    void missingParts_areLeftEmpty() {
        assertEquals("", GenerationSettings.parse(SETTINGS).prompt());
        GenerationSettings negative = GenerationSettings.parse("Negative prompt: fog\n" + SETTINGS);
        assertEquals("", negative.prompt());
        assertEquals("fog", negative.negativePrompt());
        GenerationSettings prompt = GenerationSettings.parse("a house\nSteps: 5, by the sea");
        assertEquals("a house\nSteps: 5, by the sea", prompt.prompt());
        assertEquals(Map.of(), prompt.values());
        assertEquals(1, prompt.clipSkip());
    }

    @Test
    void missingAndWrongValues_areNamed() {
        assertRefused(
                "picture settings: Seed, expected a whole number but was none; the picture was not"
                        + " made by a sampler",
                "a");
        String wrong = "Steps: 1, Sampler: Magic, CFG scale: 7, Seed: 0x1, Size: 8";
        assertRefused("picture settings: Seed, expected a whole number but was '0x1'", wrong);
        GenerationSettings settings = GenerationSettings.parse(wrong);
        String message = refusal(settings::sampler);
        assertTrue(message.startsWith("sampler 'Magic': expected one of DDIM, "), message);
        assertEquals(
                "picture settings: Size, expected <width>x<height> but was '8'",
                refusal(settings::width));
        assertThrows(
                IllegalArgumentException.class,
                () -> new GenerationSettings("a", "", Map.of("a:b", "1")).toString());
    }

    @Test
    void scheduleType_isAPartOfTheSamplersName() {
        Map<String, String> values = values(SETTINGS);
        values.put("Sampler", "DPM++ 2M");
        values.put("Schedule type", "Automatic");
        assertEquals(Sampler.DPMPP_2M, new GenerationSettings("", "", values).sampler());
        values.put("Schedule type", "Uniform");
        assertEquals(Sampler.DPMPP_2M, new GenerationSettings("", "", values).sampler());
        values.put("Schedule type", "Karras");
        assertEquals("DPM++ 2M Karras", new GenerationSettings("", "", values).samplerLabel());
        values.put("Schedule type", "Beta");
        String message = refusal(new GenerationSettings("", "", values)::sampler);
        assertTrue(message.startsWith("sampler 'DPM++ 2M Beta': expected one of "), message);
        values.put("Sampler", "UniPC"); // A1111 writes a schedule that it does not use, too
        assertEquals(Sampler.UNIPC, new GenerationSettings("", "", values).sampler());
    }

    @ParameterizedTest
    @EnumSource
    void everySampler_isReadBackInOldAndNewFiles(Sampler sampler) {
        Map<String, String> values = values(SETTINGS);
        values.put("Sampler", sampler.label());
        assertEquals(sampler, new GenerationSettings("", "", values).sampler());
        GenerationSettings.put(sampler, values);
        assertEquals(sampler, new GenerationSettings("", "", values).sampler());
    }

    @Test
    void samplers_areNamedWithTheScheduleThatA1111Takes() {
        assertEquals("DPM++ 2M SDE, Karras", named(Sampler.DPMPP_2M_SDE_KARRAS));
        // without a schedule A1111 takes Karras' for this one
        assertEquals("DPM++ 2M, Uniform", named(Sampler.DPMPP_2M));
        assertEquals("Euler a, Uniform", named(Sampler.EULER_A));
        assertEquals("LCM, Uniform", named(Sampler.LCM));
        assertEquals("DDIM", named(Sampler.DDIM));
        assertEquals("PLMS", named(Sampler.PNDM));
        assertEquals("UniPC", named(Sampler.UNIPC));
    }

    private static String named(Sampler sampler) {
        Map<String, String> values = new LinkedHashMap<>();
        GenerationSettings.put(sampler, values);
        return String.join(", ", values.values());
    }

    @Test
    void emptyLinesAtTheEnd_areNoSettings() {
        GenerationSettings settings = GenerationSettings.parse("a\n" + SETTINGS + "\r\n\n");
        assertEquals("a", settings.prompt());
        assertEquals(768, settings.height());
        assertEquals("a\n\n", GenerationSettings.parse("a\n\n").prompt());
    }

    @Test
    void hostileText_isReadInTime() {
        for (String part :
                List.of("a: [,", "a: \"", "aa", " ", "\n", "a: {\"", "a:", "\\", "Prompt: ,")) {
            String text = part.repeat((1 << 18) / part.length());
            assertTimeout(
                    Duration.ofSeconds(20),
                    () -> GenerationSettings.parse(text),
                    "repeated " + part);
        }
    }

    @Test
    void styles_areReadBack() {
        StyleMix mix = StyleMix.of("a, b|c", 0.1).and("d", 0.9);
        Map<String, String> values = values(SETTINGS);
        values.put("Styles", mix.toString());
        GenerationSettings settings = new GenerationSettings("", "", values);
        GenerationSettings read = GenerationSettings.parse(settings.toString());
        assertEquals(mix.toString(), read.style().orElseThrow().toString());
    }

    private static Map<String, String> values(String line) {
        return new LinkedHashMap<>(SettingsLine.read(line));
    }

    private static void assertRefused(String message, String text) {
        assertEquals(message, refusal(() -> GenerationSettings.parse(text).seed()));
    }

    private static String refusal(Runnable action) {
        return assertThrows(IllegalArgumentException.class, action::run).getMessage();
    }
}
