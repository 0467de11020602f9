package io.dmm.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Typed access to a {@code config.json}: what is absent or null has the given default, what is
 * malformed is refused with the file, the key and the value.
 *
 * @param where names the file in error messages
 */
public record ConfigNode(JsonNode json, String where) {
    private static final int MOST_PARTS = 100;
    private static final int LARGEST = 1_000_000;

    /** A number of repeated parts, 1 to 100: a network's names are listed before its weights. */
    public int count(String key, int byDefault) {
        return within(key, byDefault, MOST_PARTS);
    }

    /** An integer of 1 to a million. */
    public int positive(String key, int byDefault) {
        return within(key, byDefault, LARGEST);
    }

    private int within(String key, int byDefault, int most) {
        return value(
                key,
                byDefault,
                "an integer of 1 to " + most,
                value -> value.isInt() && value.intValue() > 0 && value.intValue() <= most,
                JsonNode::intValue);
    }

    public int integer(String key, int byDefault) {
        return value(key, byDefault, "an integer", JsonNode::isInt, JsonNode::intValue);
    }

    public double number(String key, double byDefault) {
        return value(
                key,
                byDefault,
                "a number",
                node -> node.isNumber() && Double.isFinite(node.doubleValue()),
                JsonNode::doubleValue);
    }

    /** True or false; {@code byDefault} may be null. */
    public Boolean flag(String key, Boolean byDefault) {
        return value(key, byDefault, "true or false", JsonNode::isBoolean, JsonNode::booleanValue);
    }

    public String text(String key, String byDefault) {
        return value(key, byDefault, "a string", JsonNode::isTextual, JsonNode::textValue);
    }

    /** One of an enum's constants, by its {@link #spelled} name. */
    public <E extends Enum<E>> E choice(String key, Class<E> type, E byDefault) {
        JsonNode value = json.path(key);
        if (absent(value)) {
            return byDefault;
        }
        for (E choice : type.getEnumConstants()) {
            if (spelled(choice).equals(value.textValue())) {
                return choice;
            }
        }
        String names =
                Arrays.stream(type.getEnumConstants())
                        .map(ConfigNode::spelled)
                        .collect(Collectors.joining(" or "));
        throw wrong(key, names, value);
    }

    /** The name that a file has for a choice. */
    public static String spelled(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    /** A required list of at most 100 positive integers. */
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

    /** Makes a config of these settings; where they do not fit together, the file is at fault. */
    public <T> T build(Supplier<T> config) {
        try {
            return config.get();
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(where + ": " + e.getMessage(), e);
        }
    }

    private <T> T value(
            String key,
            T byDefault,
            String expected,
            Predicate<JsonNode> fits,
            Function<JsonNode, T> read) {
        JsonNode value = json.path(key);
        if (absent(value)) {
            return byDefault;
        }
        if (!fits.test(value)) {
            throw wrong(key, expected, value);
        }
        return read.apply(value);
    }

    private JsonNode list(String key) {
        JsonNode value = json.path(key);
        if (!value.isArray() || value.isEmpty() || value.size() > MOST_PARTS) {
            String actual = value.isArray() ? value.size() + " entries" : shown(value);
            throw wrong(key, "a list of 1 to " + MOST_PARTS, actual);
        }
        return value;
    }

    private static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private ModelFileException wrong(String key, String expected, JsonNode actual) {
        return wrong(key, expected, shown(actual));
    }

    private ModelFileException wrong(String key, String expected, String actual) {
        return new ModelFileException(
                "%s: '%s', expected %s but was %s".formatted(where, key, expected, actual));
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "missing" : value.toString();
    }
}
