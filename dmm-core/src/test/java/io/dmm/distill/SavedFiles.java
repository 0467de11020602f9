package io.dmm.distill;

import io.dmm.distill.DurableFiles.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Checkpoints of one file of text, for tests that need no arrays. */
final class SavedFiles {
    static final RunConfiguration CONFIGURATION =
            configuration(Map.of("batch", "8", "seed", "7"), Map.of("ink", "a"));

    private SavedFiles() {}

    static RunConfiguration configuration(
            Map<String, String> settings, Map<String, String> teachers) {
        return new RunConfiguration(new TreeMap<>(settings), new TreeMap<>(teachers));
    }

    static SortedMap<String, Content> of(String text) {
        Content content = Content.of(text.getBytes(StandardCharsets.UTF_8));
        return new TreeMap<>(Map.of("data.bin", content));
    }

    static String read(StoredCheckpoint checkpoint) throws IOException {
        return Files.readString(checkpoint.folder().resolve("data.bin"));
    }

    static List<String> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
