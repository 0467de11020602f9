package io.dmm.distill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.weights.JsonFiles;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What decides the weights that a run comes to: a run resumes only from checkpoints of an equal
 * one.
 *
 * @param settings by name
 * @param teachers SHA-256 of each teacher's weights, by its name
 */
public record RunConfiguration(
        SortedMap<String, String> settings, SortedMap<String, String> teachers) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public RunConfiguration {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        teachers = Collections.unmodifiableSortedMap(new TreeMap<>(teachers));
    }

    /** The settings as a JSON object; equal settings give equal bytes. */
    byte[] settingsToBytes() {
        return JsonFiles.toBytes(JSON.valueToTree(settings));
    }

    /** Takes the settings from a file that {@link #settingsToBytes} filled. */
    static SortedMap<String, String> readSettings(Path file) {
        JsonNode json = JsonFiles.read(file);
        SortedMap<String, String> settings = new TreeMap<>();
        json.properties().forEach(each -> settings.put(each.getKey(), each.getValue().asText()));
        return settings;
    }

    /**
     * Refuses another configuration.
     *
     * @param where the checkpoint that {@code found} is of
     * @throws IllegalArgumentException naming the first setting or teacher that differs
     */
    void requireSame(RunConfiguration found, Path where) {
        requireSame("setting", settings, found.settings, where);
        requireSame("teacher", teachers, found.teachers, where);
    }

    private static void requireSame(
            String kind,
            SortedMap<String, String> expected,
            SortedMap<String, String> found,
            Path where) {
        SortedSet<String> names = new TreeSet<>(expected.keySet());
        names.addAll(found.keySet());
        for (String name : names) {
            if (!Objects.equals(expected.get(name), found.get(name))) {
                throw new IllegalArgumentException(
                        "%s: is of another run, %s '%s', expected %s but was %s; resume with the settings of that run or name another folder"
                                .formatted(
                                        where,
                                        kind,
                                        name,
                                        expected.getOrDefault(name, "none"),
                                        found.getOrDefault(name, "none")));
            }
        }
    }
}
