package io.dmm.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Typed access to a {@code config.json}, with errors that name the file, the key and the value.
 *
 * @param where names the file in error messages
 */
public record ConfigNode(JsonNode json, String where) {

    /** An integer of at least one. */
    public int positive(String key, int byDefault) {
        JsonNode value = json.path(key);
        if (absent(value)) {
            return byDefault;
        }
        if (!value.isInt() || value.intValue() < 1) {
            throw wrong(key, "a positive integer", value);
        }
        return value.intValue();
    }

    public double number(String key, double byDefault) {
        JsonNode value = json.path(key);
        if (absent(value)) {
            return byDefault;
        }
        if (!value.isNumber()) {
            throw wrong(key, "a number", value);
        }
        return value.doubleValue();
    }

    public String text(String key, String byDefault) {
        JsonNode value = json.path(key);
        if (absent(value)) {
            return byDefault;
        }
        if (!value.isTextual()) {
            throw wrong(key, "a string", value);
        }
        return value.textValue();
    }

    /** A required list of positive integers. */
    public List<Integer> positives(String key) {
        List<Integer> values = new ArrayList<>();
        for (JsonNode value : list(key)) {
            if (!value.isInt() || value.intValue() < 1) {
                throw wrong(key, "positive integers", value);
            }
            values.add(value.intValue());
        }
        return List.copyOf(values);
    }

    /** A required list of strings. */
    public List<String> texts(String key) {
        List<String> values = new ArrayList<>();
        for (JsonNode value : list(key)) {
            values.add(value.asText());
        }
        return List.copyOf(values);
    }

    /** Refuses a setting that this library does not implement; absent means {@code supported}. */
    public void require(String key, Object supported) {
        JsonNode value = json.path(key);
        if (!absent(value) && !value.asText().equals(String.valueOf(supported))) {
            throw wrong(key, String.valueOf(supported), value);
        }
    }

    private JsonNode list(String key) {
        JsonNode value = json.path(key);
        if (!value.isArray() || value.isEmpty()) {
            throw wrong(key, "a list", value);
        }
        return value;
    }

    private static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private ModelFileException wrong(String key, String expected, JsonNode actual) {
        return new ModelFileException(
                where
                        + ": '"
                        + key
                        + "', expected "
                        + expected
                        + " but was "
                        + (actual.isMissingNode() ? "missing" : actual));
    }
}
