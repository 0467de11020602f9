package io.dmm.batch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What may be given to {@code merge} and {@code extend} anywhere among their words.
 *
 * @param donors of what the base lacks
 */
record MergeOptions(long steps, List<Path> donors) {
    static final String USAGE = " [--steps=20000] [--donor=FOLDER]";
    private static final String STEPS = "--steps=";
    private static final String DONOR = "--donor=";
    private static final long DEFAULT_STEPS = 20_000;

    static MergeOptions read(List<String> arguments, String usage) {
        long steps = DEFAULT_STEPS;
        List<Path> donors = new ArrayList<>();
        for (String argument : arguments) {
            if (argument.matches(STEPS + "[1-9]\\d{0,8}")) {
                steps = Long.parseLong(argument.substring(STEPS.length()));
            } else if (argument.matches(DONOR + ".+")) {
                donors.add(Path.of(argument.substring(DONOR.length())));
            } else if (argument.startsWith("--")) {
                throw new IllegalArgumentException(
                        "'" + argument + "': expected --steps=NUMBER or --donor=FOLDER; " + usage);
            }
        }
        return new MergeOptions(steps, donors);
    }
}
