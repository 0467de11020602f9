package io.dmm.model.clip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.LogLines;
import io.dmm.weights.ModelFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the tokenizer against transformers' CLIPTokenizer without ftfy. */
class ClipTokenizerTest {
    private static final Path FIXTURE = fixture();
    private static final Logger LOGGER = Logger.getLogger(ClipTokenizer.class.getName());
    private static ClipTokenizer tokenizer;

    @TempDir Path folder;

    @BeforeAll
    static void open() {
        LOGGER.setUseParentHandlers(false); // many of the fixture's texts are cut off
        tokenizer = ClipTokenizer.open(FIXTURE);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
        LOGGER.setUseParentHandlers(true);
    }

    static List<JsonNode> texts() throws IOException {
        List<JsonNode> texts = new ArrayList<>();
        new ObjectMapper().readTree(FIXTURE.resolve("values.json").toFile()).forEach(texts::add);
        return texts;
    }

    @ParameterizedTest
    @MethodSource("texts")
    void ids_equalTransformers(JsonNode expected) {
        assertArrayEquals(ids(expected), tokenizer.encode(expected.get("text").textValue()));
    }

    /** As a common-pool thread in a notebook kernel, a fat jar or a web application. */
    @Test
    void nativeLibraries_areFoundWhereTheThreadsLoaderKnowsNone() throws Exception {
        ProcessBuilder jvm =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Opening.class.getName(),
                        FIXTURE.toString());
        try (InputStream out = jvm.redirectErrorStream(true).start().getInputStream()) {
            String output = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
            assertTrue(output.endsWith("opened, loader kept"), output);
        }
    }

    /** What the other JVM runs. */
    static final class Opening {
        public static void main(String[] args) {
            ClassLoader before = ClassLoader.getPlatformClassLoader();
            Thread.currentThread().setContextClassLoader(before);
            ClipTokenizer.open(Path.of(args[0])).close();
            boolean kept = Thread.currentThread().getContextClassLoader() == before;
            System.out.println("opened, loader " + (kept ? "kept" : "changed"));
        }
    }

    @Test
    void ids_areTheSameFromManyThreads() throws IOException {
        List<JsonNode> texts = texts();
        IntStream.range(0, 10 * texts.size())
                .parallel()
                .mapToObj(i -> texts.get(i % texts.size()))
                .forEach(this::ids_equalTransformers);
    }

    @Test
    void emoji_youngerThanTheJdk_areKept() {
        // Unicode 14; the ids are those of transformers on Python 3.11
        long[] expected = {798, 680, 104, 510, 69, 647, 324, 799};
        assertArrayEquals(expected, tokenizer.encode("\uD83E\uDEE0 face", expected.length));
    }

    @Test
    void unpairedSurrogates_areDropped() {
        assertArrayEquals(tokenizer.encode("red house"), tokenizer.encode("red\uD83C house"));
    }

    @Test
    void longPrompt_keepsItsFirst75TokensAndSaysWhatIsCutOff() {
        List<String> warnings = new ArrayList<>();
        long[] ids = warned(warnings, "house ".repeat(498) + "RED \uD83C\uDFE0 boat");
        long[] whole = tokenizer.encode("house");
        assertEquals(77, ids.length);
        assertEquals(whole[0], ids[0]);
        assertTrue(Arrays.stream(ids, 1, 76).allMatch(id -> id == whole[1]));
        assertEquals(whole[2], ids[76]);
        assertEquals(1, warnings.size());
        assertTrue(
                warnings.get(0).endsWith(": '" + "house ".repeat(423) + "red \uD83C\uDFE0 boat'"));
    }

    @Test
    void promptThatFits_givesNoWarning() {
        List<String> warnings = new ArrayList<>();
        warned(warnings, "house ".repeat(75));
        assertEquals(List.of(), warnings);
    }

    @Test
    void length_isWhatIsAskedFor() {
        long[] ids = tokenizer.encode("house", 77);
        assertArrayEquals(Arrays.copyOf(ids, 5), tokenizer.encode("house", 5));
        assertArrayEquals(new long[] {ids[0], ids[2]}, tokenizer.encode("house", 2));
        assertThrows(IllegalArgumentException.class, () -> tokenizer.encode("house", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vocab.json", "merges.txt"})
    void missingFile_isNamed(String name) throws IOException {
        copyFixture();
        Files.delete(folder.resolve(name));
        assertEquals(folder.resolve(name) + ": no such file", refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"a\": 0", "{\"a\": 0, \"a\": 0}", "{}", "{\"a\": -1}"})
    void damagedVocabulary_isRefused(String json) throws IOException {
        copyFixture();
        Files.writeString(folder.resolve("vocab.json"), json);
        assertTrue(refusal().startsWith(folder.resolve("vocab.json").toString()));
    }

    @Test
    void vocabularyWithAnIdTwice_isRefused() throws IOException {
        copyFixture();
        Path file = folder.resolve("vocab.json");
        Files.writeString(file, Files.readString(file).replace("\"a\": 64", "\"a\": 65"));
        assertTrue(refusal().contains("id of token 'b', expected 0 to 799, each once, but was 65"));
    }

    @Test
    void truncatedMerges_areRefused() throws IOException {
        copyFixture();
        Path file = folder.resolve("merges.txt");
        List<String> lines = Files.readAllLines(file);
        Files.write(file, lines.subList(0, 100));
        assertTrue(
                refusal()
                        .contains(
                                "expected 286 merges for the 800 tokens of the vocabulary but was 99"));
        Files.writeString(file, String.join("\n", lines.subList(0, 100)) + "\nh");
        assertTrue(refusal().contains("merge 'h', expected two tokens"));
    }

    @Test
    void mergesOfAnotherVocabulary_areRefused() throws IOException {
        copyFixture();
        Path file = folder.resolve("merges.txt");
        Files.writeString(file, Files.readString(file) + "q z\n");
        assertTrue(refusal().contains("merge 'q z'"));
    }

    @Test
    void binaryMerges_areRefused() throws IOException {
        copyFixture();
        Files.write(folder.resolve("merges.txt"), new byte[] {(byte) 0x80, 2, 3});
        assertTrue(refusal().contains("not UTF-8"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"<cat-toy>\": 800", "\"<|endoftext|>\": 800"})
    void tokensBesideTheVocabulary_areRefused(String token) throws IOException {
        copyFixture();
        Path file = folder.resolve("added_tokens.json");
        Files.writeString(file, "{%s}".formatted(token));
        String name = token.substring(1, token.lastIndexOf('"'));
        assertEquals(
                file
                        + ": token '"
                        + name
                        + "' with id 800, expected only those of the vocabulary; words that were added, as by textual inversion, cannot be used: remove them to do without",
                refusal());
    }

    @Test
    void addedTokensOfTheVocabulary_areNoMore() throws IOException {
        copyFixture();
        String added = "{\"<|startoftext|>\": 798, \"<|endoftext|>\": 799}";
        Files.writeString(folder.resolve("added_tokens.json"), added);
        try (ClipTokenizer read = ClipTokenizer.open(folder)) {
            assertArrayEquals(tokenizer.encode("red house"), read.encode("red house"));
            assertEquals(
                    Set.of(
                            "vocab.json",
                            "merges.txt",
                            "special_tokens_map.json",
                            "tokenizer_config.json"),
                    read.files().keySet());
        }
    }

    @Test
    void tokenizerInOneFile_isTheSame() throws IOException {
        Path one = FIXTURE.resolve("one_file");
        try (ClipTokenizer read = ClipTokenizer.open(one)) {
            for (JsonNode expected : texts()) {
                assertArrayEquals(ids(expected), read.encode(expected.get("text").textValue()));
            }
            for (Map.Entry<String, byte[]> file : read.files().entrySet()) {
                Files.write(folder.resolve(file.getKey()), file.getValue());
            }
        }
        assertEquals(
                Files.readString(FIXTURE.resolve("merges.txt")),
                Files.readString(folder.resolve("merges.txt")));
        ObjectMapper json = new ObjectMapper();
        assertEquals(
                json.readTree(FIXTURE.resolve("vocab.json").toFile()),
                json.readTree(folder.resolve("vocab.json").toFile()));
        JsonNode config = json.readTree(folder.resolve("tokenizer_config.json").toFile());
        assertEquals(77, config.get("model_max_length").intValue());
        assertFalse(Files.exists(folder.resolve("tokenizer.json")));
        try (ClipTokenizer again = ClipTokenizer.open(folder)) {
            assertArrayEquals(tokenizer.encode("a red house"), again.encode("a red house"));
        }
    }

    @Test
    void tokensAddedInOneFile_areRefused() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        String json = Files.readString(FIXTURE.resolve("one_file/tokenizer.json"));
        Files.writeString(file, json.replaceFirst("\"id\": 799", "\"id\": 800"));
        assertTrue(
                refusal()
                        .startsWith(
                                file
                                        + ": token '<|endoftext|>' with id 800, expected only those"
                                        + " of the vocabulary"));
        Files.writeString(file, "{\"model\": {}}");
        assertEquals(
                file + ": has no token <|startoftext|>; it is damaged or not CLIP's", refusal());
    }

    @Test
    void endlessMerges_areNotRead() throws IOException {
        copyFixture();
        Path file = folder.resolve("merges.txt");
        try (RandomAccessFile merges = new RandomAccessFile(file.toFile(), "rw")) {
            merges.setLength(1L << 40); // takes no room on the disk
        }
        assertEquals(
                file + ": is too long, expected at most 16777216 bytes but was " + (1L << 40),
                refusal());
    }

    private String refusal() {
        String message =
                assertThrows(ModelFileException.class, () -> ClipTokenizer.open(folder))
                        .getMessage();
        assertFalse(message.contains("\n"), message);
        return message;
    }

    private void copyFixture() throws IOException {
        for (String name : List.of("vocab.json", "merges.txt")) {
            Files.copy(FIXTURE.resolve(name), folder.resolve(name));
        }
    }

    private static long[] warned(List<String> warnings, String prompt) {
        try (LogLines log = new LogLines(ClipTokenizer.class)) {
            long[] ids = tokenizer.encode(prompt);
            warnings.addAll(log.lines());
            return ids;
        }
    }

    private static long[] ids(JsonNode expected) {
        return IntStream.range(0, expected.get("ids").size())
                .mapToLong(i -> expected.get("ids").get(i).longValue())
                .toArray();
    }

    private static Path fixture() {
        try {
            return Path.of(
                            ClipTokenizerTest.class
                                    .getResource("/reference/tokenizer/vocab.json")
                                    .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
