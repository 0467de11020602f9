package io.dmm.batch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The words of a command line, and its options {@code --name=value}, anywhere among them. */
public final class Options {
    private final List<String> words = new ArrayList<>();
    private final Map<String, List<String>> given = new HashMap<>();
    private final Map<String, String> defaults;

    private Options(Map<String, String> defaults) {
        this.defaults = Map.copyOf(defaults);
    }

    /**
     * Reads a command line.
     *
     * @param defaults of all options by name; empty for one without
     * @param usage is told with an option that is not among them
     * @throws IllegalArgumentException if there is one
     */
    public static Options read(List<String> arguments, Map<String, String> defaults, String usage) {
        Options options = new Options(defaults);
        for (String argument : arguments) {
            if (!argument.startsWith("--")) {
                options.words.add(argument);
                continue;
            }
            String[] option = argument.substring(2).split("=", 2);
            if (option.length < 2 || !defaults.containsKey(option[0])) {
                throw new IllegalArgumentException(
                        "'" + argument + "': expected another option; " + usage);
            }
            options.given.computeIfAbsent(option[0], n -> new ArrayList<>()).add(option[1]);
        }
        return options;
    }

    /** All that is no option. */
    public List<String> words() {
        return List.copyOf(words);
    }

    /** The value of an option, the last if it was given several times. */
    public String text(String name) {
        List<String> values = given.get(name);
        return values == null ? defaults.get(name) : values.get(values.size() - 1);
    }

    /** The values of an option that may be given several times; none by default. */
    public List<Path> paths(String name) {
        List<String> values = given.getOrDefault(name, List.of());
        if (values.contains("")) {
            throw wrong(name, "", "a path");
        }
        return values.stream().map(Path::of).toList();
    }

    public double number(String name) {
        return read(name, "a number", Double::valueOf);
    }

    public long wholeNumber(String name) {
        return read(name, "a whole number", Long::valueOf);
    }

    /** A whole number from 1 to a billion. */
    public int count(String name) {
        return read(
                name,
                "a whole number of at least 1",
                text -> {
                    int count = Integer.parseInt(text);
                    if (count < 1 || count > 1_000_000_000) {
                        throw new NumberFormatException();
                    }
                    return count;
                });
    }

    private <T> T read(String name, String expected, Function<String, T> reading) {
        String text = text(name);
        try {
            return reading.apply(text);
        } catch (NumberFormatException e) {
            throw wrong(name, text, expected);
        }
    }

    private static IllegalArgumentException wrong(String name, String text, String expected) {
        return new IllegalArgumentException("--" + name + "=" + text + ": expected " + expected);
    }
}
