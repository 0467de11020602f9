package io.dmm.tinyworld;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.model.clip.ClipTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTrainingTest {
    private static final List<String> FILES =
            List.of("vocab.json", "merges.txt", "special_tokens_map.json", "tokenizer_config.json");

    @TempDir Path folder;

    @Test
    void merges_followFrequencyThenOrder() throws IOException {
        // by hand: "o w" 3, then "l ow</w>" 2, then equals in order, then nothing is left
        BpeTraining.learn(List.of("low, low", "now tin"), 99).write(folder);
        assertEquals(
                List.of("#version: 0.2", "o w</w>", "l ow</w>", "i n</w>", "n ow</w>", "t in</w>"),
                Files.readAllLines(folder.resolve("merges.txt")));
    }

    @Test
    void merges_areAsManyAsAskedFor() throws IOException {
        BpeTraining.learn(List.of("low, low", "now tin"), 2).write(folder);
        assertEquals(3, Files.readAllLines(folder.resolve("merges.txt")).size());
    }

    @Test
    void vocabulary_isInClipsOrder() throws IOException {
        BpeTraining.learn(List.of("low"), 99).write(folder);
        List<String> tokens = tokens();
        assertEquals(
                List.of("!", "~", "\u00a1", "\u00ff", "\u0100", "\u0143", "!</w>"),
                List.of(
                        tokens.get(0),
                        tokens.get(93),
                        tokens.get(94),
                        tokens.get(187),
                        tokens.get(188),
                        tokens.get(255),
                        tokens.get(256)));
        assertEquals(
                List.of("\u0143</w>", "lo", "low</w>", "<|startoftext|>", "<|endoftext|>"),
                tokens.subList(511, tokens.size()));
    }

    @Test
    void sameCaptions_giveTheSameFiles() throws IOException {
        BpeTraining.ofTinyWorld().write(folder.resolve("a"));
        BpeTraining.ofTinyWorld().write(folder.resolve("b"));
        for (String name : FILES) {
            assertEquals(
                    -1, Files.mismatch(folder.resolve("a/" + name), folder.resolve("b/" + name)));
        }
    }

    /** Styles that come later must not change what the base was trained with. */
    @Test
    void tokenizer_isTheShippedOne() throws IOException {
        BpeTraining.ofTinyWorld().write(folder);
        for (String name : FILES) {
            try (InputStream shipped =
                    TinyWorld.class.getResourceAsStream("models/base/tokenizer/" + name)) {
                assertArrayEquals(
                        shipped.readAllBytes(), Files.readAllBytes(folder.resolve(name)), name);
            }
        }
    }

    @Test
    void wordsOfTheWorld_areOneTokenEach() throws IOException {
        BpeTraining.ofTinyWorld().write(folder);
        List<String> tokens = tokens();
        SplittableRandom random = new SplittableRandom(1);
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder)) {
            for (Scene scene : Scene.all()) {
                for (Style style : Style.ofBase()) {
                    String caption = style.inCaption(scene.caption(random));
                    long[] ids =
                            Arrays.stream(caption.replace(",", " ,").split(" "))
                                    .mapToLong(word -> tokens.indexOf(word + "</w>"))
                                    .toArray();
                    long[] encoded = tokenizer.encode(caption);
                    assertArrayEquals(ids, Arrays.copyOfRange(encoded, 1, ids.length + 1), caption);
                    assertEquals(tokens.size() - 1, encoded[ids.length + 1]);
                }
            }
        }
        assertTrue(tokens.size() <= 514 + 400);
    }

    private List<String> tokens() throws IOException {
        List<String> tokens = new ArrayList<>();
        new ObjectMapper()
                .readTree(folder.resolve("vocab.json").toFile())
                .fieldNames()
                .forEachRemaining(tokens::add);
        return tokens;
    }
}
