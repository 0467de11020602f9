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
 * merges.txt}.
 *
 * @param ids the id of each token, 0 to size - 1
 * @param merges pairs of tokens parted by a space, the first merge first
 */
record ClipVocabulary(Map<String, Integer> ids, List<String> merges) {
    static final String START = "<|startoftext|>";
    static final String END = "<|endoftext|>";

    private static final int BYTE_TOKENS = 2 * 256;

    ClipVocabulary {
        ids = Map.copyOf(ids);
        merges = List.copyOf(merges);
    }

    /**
     * Reads and checks both files.
     *
     * @throws ModelFileException if one is missing or damaged, or they do not belong together, or
     *     {@code added_tokens.json} adds to them
     */
    static ClipVocabulary read(Path folder) {
        Path vocab = folder.resolve("vocab.json");
        Map<String, Integer> ids = ids(vocab);
        for (String special : List.of(START, END)) {
            if (!ids.containsKey(special)) {
                throw new ModelFileException(
                        vocab + ": has no token " + special + "; it is damaged or not CLIP's");
            }
        }
        requireNoOthers(folder.resolve("added_tokens.json"), ids);
        return new ClipVocabulary(ids, merges(folder.resolve("merges.txt"), ids));
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

    private static Map<String, Integer> ids(Path file) {
        JsonNode json = JsonFiles.read(file);
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
        return ids;
    }

    private static void requireNoOthers(Path added, Map<String, Integer> ids) {
        if (!Files.exists(added)) {
            return;
        }
        for (Map.Entry<String, JsonNode> token : JsonFiles.read(added).properties()) {
            Integer id = ids.get(token.getKey());
            if (id == null || id != token.getValue().asInt(-1)) {
                throw new ModelFileException(
                        "%s: token '%s' with id %s, expected only those of vocab.json; words that were added, as by textual inversion, cannot be used: remove the file to do without them"
                                .formatted(added, token.getKey(), token.getValue()));
            }
        }
    }

    private static List<String> merges(Path file, Map<String, Integer> ids) {
        List<String> lines = lines(file);
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
                        "%s: merge '%s', expected two tokens of vocab.json that make a third; the file is damaged or belongs to another vocabulary"
                                .formatted(file, line));
            }
            merges.add(line);
        }
        int expected = ids.size() - BYTE_TOKENS - 2;
        if (merges.size() < expected) {
            throw new ModelFileException(
                    "%s: expected %d merges for the %d tokens of vocab.json but was %d; the file is truncated or belongs to another vocabulary"
                            .formatted(file, expected, ids.size(), merges.size()));
        }
        return merges;
    }

    private static List<String> lines(Path file) {
        try {
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
