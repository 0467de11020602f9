package io.dmm.model.clip;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmm.weights.JsonFiles;
import io.dmm.weights.ModelFileException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tokens and merges of CLIP's byte-pair encoding, read from {@code vocab.json} and {@code
 * merges.txt}, or from the {@code tokenizer.json} that transformers 5 writes instead.
 *
 * @param ids the id of each token, 0 to size - 1
 * @param merges pairs of tokens parted by a space, the first merge first
 */
record ClipVocabulary(Map<String, Integer> ids, List<String> merges) {
    static final String START = "<|startoftext|>";
    static final String END = "<|endoftext|>";

    static final String VOCAB = "vocab.json";
    static final String MERGES = "merges.txt";

    private static final long MOST_BYTES = 16 << 20;
    private static final int BYTE_TOKENS = 2 * 256;

    ClipVocabulary {
        ids = Map.copyOf(ids);
        merges = List.copyOf(merges);
    }

    /**
     * Reads and checks the files; where there are all three, the first two.
     *
     * @throws ModelFileException if one is missing or damaged, or they do not belong together, or
     *     tokens are added to them
     */
    static ClipVocabulary read(Path folder) {
        Path vocab = folder.resolve(VOCAB);
        Path all = folder.resolve("tokenizer.json");
        if (!Files.exists(vocab) && Files.exists(all)) {
            return inOneFile(all);
        }
        Map<String, Integer> ids = ids(vocab, JsonFiles.read(vocab));
        Path added = folder.resolve("added_tokens.json");
        if (Files.exists(added)) {
            JsonFiles.read(added)
                    .properties()
                    .forEach(token -> requireKnown(added, token.getKey(), token.getValue(), ids));
        }
        Path merges = folder.resolve(MERGES);
        return new ClipVocabulary(ids, merges(merges, lines(merges), ids));
    }

    private static ClipVocabulary inOneFile(Path file) {
        JsonNode json = JsonFiles.read(file);
        Map<String, Integer> ids = ids(file, json.path("model").path("vocab"));
        for (JsonNode token : json.path("added_tokens")) {
            requireKnown(file, token.path("content").asText(), token.path("id"), ids);
        }
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : json.path("model").path("merges")) {
            merges.add(
                    merge.isArray()
                            ? merge.path(0).asText() + " " + merge.path(1).asText()
                            : merge.asText());
        }
        return new ClipVocabulary(ids, merges(file, merges, ids));
    }

    int start() {
        return ids.get(START);
    }

    int end() {
        return ids.get(END);
    }

    /** The comma as a word of its own, or -1. */
    int comma() {
        return ids.getOrDefault(",</w>", -1);
    }

    private static Map<String, Integer> ids(Path file, JsonNode json) {
        Map<String, Integer> ids = new HashMap<>();
        BitSet taken = new BitSet(json.size());
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            JsonNode id = entry.getValue();
            if (!id.isInt()
                    || id.intValue() < 0
                    || id.intValue() >= json.size()
                    || taken.get(id.intValue())) {
                throw new ModelFileException(
                        "%s: id of token '%s', expected 0 to %d, each once, but was %s; the file is damaged"
                                .formatted(file, entry.getKey(), json.size() - 1, id));
            }
            taken.set(id.intValue());
            ids.put(entry.getKey(), id.intValue());
        }
        for (String special : List.of(START, END)) {
            if (!ids.containsKey(special)) {
                throw new ModelFileException(
                        file + ": has no token " + special + "; it is damaged or not CLIP's");
            }
        }
        return ids;
    }

    private static void requireKnown(
            Path file, String token, JsonNode id, Map<String, Integer> ids) {
        Integer known = ids.get(token);
        if (known == null || known != id.asInt(-1)) {
            throw new ModelFileException(
                    "%s: token '%s' with id %s, expected only those of the vocabulary; words that were added, as by textual inversion, cannot be used: remove them to do without"
                            .formatted(file, token, id));
        }
    }

    private static List<String> merges(Path file, List<String> lines, Map<String, Integer> ids) {
        List<String> merges = new ArrayList<>(lines.size());
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#version")) {
                continue;
            }
            String[] pair = line.split(" ");
            boolean known =
                    pair.length == 2
                            && ids.containsKey(pair[0])
                            && ids.containsKey(pair[1])
                            && ids.containsKey(pair[0] + pair[1]);
            if (!known) {
                throw new ModelFileException(
                        "%s: merge '%s', expected two tokens of the vocabulary that make a third; the file is damaged or belongs to another vocabulary"
                                .formatted(file, line));
            }
            merges.add(line);
        }
        int expected = ids.size() - BYTE_TOKENS - 2;
        if (merges.size() < expected) {
            throw new ModelFileException(
                    "%s: expected %d merges for the %d tokens of the vocabulary but was %d; the file is truncated or belongs to another vocabulary"
                            .formatted(file, expected, ids.size(), merges.size()));
        }
        return merges;
    }

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new ModelFileException(
                        "%s: is too long, expected at most %d bytes but was %d"
                                .formatted(file, MOST_BYTES, Files.size(file)));
            }
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            throw new ModelFileException(file + ": no such file", e);
        } catch (CharacterCodingException e) {
            throw new ModelFileException(file + ": is not UTF-8 text; the file is damaged", e);
        } catch (IOException e) {
            throw new ModelFileException(file + ": cannot be read (" + e + ")", e);
        }
    }
}
