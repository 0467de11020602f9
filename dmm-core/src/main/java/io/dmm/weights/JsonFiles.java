package io.dmm.weights;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The JSON files of a model folder: configs, indexes and vocabularies, each one object. */
public final class JsonFiles {
    private static final long MAX_BYTES = 64L << 20;
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    // schedulers that diffusers saves have "lambda_min_clipped": -Infinity
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build();

    private JsonFiles() {}

    /**
     * Reads a file that is one object without duplicate keys.
     *
     * @throws ModelFileException if it is missing, too long or not such a file
     */
    public static JsonNode read(Path path) {
        return read(path, MAX_BYTES);
    }

    /** As {@link #read(Path)}, for a file that is known to be short. */
    public static JsonNode read(Path path, long maxBytes) {
        try {
            long size = Files.size(path);
            if (size > maxBytes) {
                throw new ModelFileException(
                        "%s: is too long, expected at most %d bytes of JSON but was %d"
                                .formatted(path, maxBytes, size));
            }
            JsonNode node = JSON.readTree(Files.readAllBytes(path));
            if (!node.isObject()) {
                throw new ModelFileException(path + ": is not a JSON object; the file is damaged");
            }
            return node;
        } catch (NoSuchFileException e) {
            throw new ModelFileException(path + ": no such file", e);
        } catch (JacksonException e) {
            throw new ModelFileException(
                    path + ": is not valid JSON (" + e.getOriginalMessage() + ")", e);
        } catch (IOException e) {
            throw new ModelFileException(path + ": cannot be read (" + e + ")", e);
        }
    }

    /** Parses JSON that stands within another file, {@code where}; it must be one object, too. */
    static JsonNode parse(String text, String where) {
        try {
            JsonNode node = JSON.readTree(text);
            if (!node.isObject()) {
                throw new ModelFileException(where + ": is not a JSON object");
            }
            return node;
        } catch (JacksonException e) {
            throw new ModelFileException(
                    where + ": is not valid JSON (" + e.getOriginalMessage() + ")", e);
        }
    }

    /** Indented text with the same line ends on every system. */
    public static byte[] toBytes(JsonNode node) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        try {
            String text = JSON.writer(printer).writeValueAsString(node);
            return (text + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JacksonException e) {
            throw new UncheckedIOException("JSON: cannot be written", e);
        }
    }
}
