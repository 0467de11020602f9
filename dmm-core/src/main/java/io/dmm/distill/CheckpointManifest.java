package io.dmm.distill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dmm.weights.JsonFiles;
import io.dmm.weights.ModelFileException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.SortedMap;

/**
 * The list of a checkpoint's files, {@code manifest.json}: written last, so a checkpoint that has
 * one was written whole.
 *
 * <p>It holds nothing that cannot be held against the folder, so that a damaged one is noticed.
 *
 * @param format of the folder, 2
 * @param step that the folder is named after
 * @param files all but this one, by name
 */
record CheckpointManifest(int format, long step, SortedMap<String, FileRecord> files) {
    static final String NAME = "manifest.json";

    /** The run's {@link RunConfiguration}. */
    static final String CONFIGURATION = "run.json";

    private static final int FORMAT = 2;
    private static final int MAX_BYTES = 1 << 20;
    private static final String PLAIN_NAME = "[A-Za-z0-9][A-Za-z0-9._-]*";
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .build();

    CheckpointManifest {
        files.forEach(
                (name, file) -> {
                    if (!name.matches(PLAIN_NAME) || file == null) {
                        throw new IllegalArgumentException(
                                "files, expected plain names with size and hash but was '%.80s': %s"
                                        .formatted(name, file));
                    }
                });
        if (!files.containsKey(CONFIGURATION)) {
            throw new IllegalArgumentException(
                    "files, expected %s among them but was %s"
                            .formatted(CONFIGURATION, files.keySet()));
        }
    }

    /** The manifest that this version writes. */
    static CheckpointManifest of(long step, SortedMap<String, FileRecord> files) {
        return new CheckpointManifest(FORMAT, step, files);
    }

    byte[] toBytes() {
        return JsonFiles.toBytes(JSON.valueToTree(this));
    }

    /**
     * Reads the manifest of a checkpoint.
     *
     * @throws ModelFileException if it is missing, of another format or altered
     */
    static CheckpointManifest read(Path folder) {
        Path file = folder.resolve(NAME);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new ModelFileException(file + ": is missing; the checkpoint is incomplete");
        }
        JsonNode json = JsonFiles.read(file, MAX_BYTES);
        if (!json.path("format").asText().equals(Integer.toString(FORMAT))) {
            throw new ModelFileException(
                    "%s: 'format', expected %d but was %.80s; another version of the library wrote it"
                            .formatted(file, FORMAT, json.path("format")));
        }
        try {
            return JSON.treeToValue(json, CheckpointManifest.class);
        } catch (JsonProcessingException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String reason = cause.getMessage().lines().findFirst().orElse("");
            throw new ModelFileException(file + ": " + reason + "; the file is damaged", e);
        }
    }
}
