package io.dmm.distill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.weights.JsonFiles;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What decides the weights that a run comes to: a run resumes only from checkpoints of an equal
 * one.
 *
 * @param settings by name
 * @param teachers SHA-256 of each teacher's weights, by its name, in the order of their styles
 */
public record RunConfiguration(SortedMap<String, String> settings, Map<String, String> teachers) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public RunConfiguration {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        teachers = Collections.unmodifiableMap(new LinkedHashMap<>(teachers));
    }

    /**
     * A JSON object with the version of the library beside the configuration; equal configurations
     * give equal bytes.
     */
    byte[] toBytes() {
        String version = RunConfiguration.class.getPackage().getImplementationVersion();
        ObjectNode json = JSON.valueToTree(this);
        return JsonFiles.toBytes(json.put("library", version == null ? "unpackaged" : version));
    }

    /** Reads a file that {@link #toBytes} filled. */
    static RunConfiguration read(Path file) {
        JsonNode json = JsonFiles.read(file);
        return new RunConfiguration(
                new TreeMap<>(texts(json.path("settings"))), texts(json.path("teachers")));
    }

    private static Map<String, String> texts(JsonNode json) {
        Map<String, String> texts = new LinkedHashMap<>();
        json.properties().forEach(each -> texts.put(each.getKey(), each.getValue().asText()));
        return texts;
    }

    /**
     * Refuses another configuration.
     *
     * @param where the checkpoint that {@code found} is of
     * @throws IllegalArgumentException naming what differs: the teachers and their order, or else
     *     the first teacher or setting
     */
    void requireSame(RunConfiguration found, Path where) {
        requireEqual(
                where,
                "experts",
                List.copyOf(teachers.keySet()),
                List.copyOf(found.teachers.keySet()));
        requireSame(where, "teacher", teachers, found.teachers);
        requireSame(where, "setting", settings, found.settings);
    }

    private static void requireSame(
            Path where, String kind, Map<String, String> expected, Map<String, String> found) {
        SortedSet<String> names = new TreeSet<>(expected.keySet());
        names.addAll(found.keySet());
        for (String name : names) {
            requireEqual(
                    where,
                    kind + " '" + name + "'",
                    expected.getOrDefault(name, "none"),
                    found.getOrDefault(name, "none"));
        }
    }

    private static void requireEqual(Path where, String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new IllegalArgumentException(
                    "%s: is of another run, %s, expected %s but was %s; resume with the settings of that run or name another folder"
                            .formatted(where, what, expected, found));
        }
    }
}
