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
import java.util.Map;
import java.util.SortedMap;

/**
 * The list of a checkpoint's files, {@code manifest.json}: written last, so a checkpoint that has
 * one was written whole.
 *
 * @param format of the folder, 1
 * @param library the version that wrote it, or {@code unpackaged}
 * @param configuration SHA-256 of the run's settings
 * @param teachers SHA-256 of each teacher's weights
 * @param files all but this one, by name
 */
record CheckpointManifest(
        int format,
        String library,
        long step,
        String configuration,
        Map<String, String> teachers,
        SortedMap<String, FileRecord> files) {
    static final String NAME = "manifest.json";

    /** The run's settings. */
    static final String SETTINGS = "run.json";

    private static final int FORMAT = 1;
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
        FileRecord settings = files.get(SETTINGS);
        if (settings == null || !settings.sha256().equals(configuration)) {
            throw new IllegalArgumentException(
                    "configuration, expected the hash of %s, %s, but was '%.80s'"
                            .formatted(
                                    SETTINGS,
                                    settings == null ? "which is missing" : settings.sha256(),
                                    configuration));
        }
    }

    /** The manifest that this version writes. */
    static CheckpointManifest of(
            long step, Map<String, String> teachers, SortedMap<String, FileRecord> files) {
        String version = CheckpointManifest.class.getPackage().getImplementationVersion();
        return new CheckpointManifest(
                FORMAT,
                version == null ? "unpackaged" : version,
                step,
                files.get(SETTINGS).sha256(),
                teachers,
                files);
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
