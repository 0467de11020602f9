package io.dmm.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The last line of A1111's picture text: {@code Steps: 20, Sampler: DDIM, …}. A value that A1111
 * quotes or would not read back as it is, one with a comma or an empty one say, is written as a
 * JSON string.
 */
final class SettingsLine {
    /** A bounded length keeps the search linear, whatever is searched. */
    private static final String NAME = "\\w[\\w \\-/]{1,60}";

    private static final Pattern KEY =
            Pattern.compile("(" + NAME + "):\\s*+", Pattern.UNICODE_CHARACTER_CLASS);

    /** What a value that goes without quotes has nowhere. */
    private static final String SPECIAL = ",:\\p{Cntrl}\\p{Cs}";

    private static final Pattern PLAIN =
            Pattern.compile(
                    "[^\\s\"\\[{%1$s](?:[^%1$s]*[^\\s%1$s])?".formatted(SPECIAL),
                    Pattern.UNICODE_CHARACTER_CLASS);
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final String line;
    private boolean unbalanced;

    private SettingsLine(String line) {
        this.line = line;
    }

    /** The settings of a line in their order; none if it is an ordinary text. */
    static Map<String, String> read(String line) {
        return new SettingsLine(line).read();
    }

    /**
     * The line that {@link #read} reads.
     *
     * @throws IllegalArgumentException for a key that would not be read back
     */
    static String write(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(entry -> checked(entry.getKey()) + ": " + written(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    private Map<String, String> read() {
        Map<String, String> settings = new LinkedHashMap<>();
        Matcher key = KEY.matcher(line);
        int at = 0;
        while (at < line.length() && key.find(at)) {
            at = end(key.end());
            settings.put(key.group(1), unquoted(line.substring(key.end(), at)));
        }
        return settings;
    }

    /** Where a value ends: after the quote or bracket that it began with, else at the comma. */
    private int end(int from) {
        int depth = 0;
        boolean quoted = false;
        boolean bracketed = from < line.length() && "\"[{".indexOf(line.charAt(from)) >= 0;
        for (int i = from; bracketed && !unbalanced && i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (quoted) {
                i += c == '\\' ? 1 : 0;
            } else if (c == '[' || c == '{') {
                depth++;
            } else if (c == ']' || c == '}') {
                depth--;
            }
            if (!quoted && depth == 0) {
                return i + 1;
            }
        }
        unbalanced |= bracketed; // looked for to the end of the line, which once is enough
        int comma = line.indexOf(',', from);
        return comma < 0 ? line.length() : comma;
    }

    private static String unquoted(String value) {
        if (value.length() < 2 || !value.startsWith("\"") || !value.endsWith("\"")) {
            return value;
        }
        try {
            return JSON.readValue(value, String.class);
        } catch (JsonProcessingException e) {
            return value;
        }
    }

    private static String written(String value) {
        try {
            return PLAIN.matcher(value).matches() ? value : JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String checked(String key) {
        if (!KEY.matcher(key + ":").matches()) {
            throw new IllegalArgumentException(
                    "picture settings: expected a name of letters and digits but was '"
                            + key
                            + "'");
        }
        return key;
    }
}
