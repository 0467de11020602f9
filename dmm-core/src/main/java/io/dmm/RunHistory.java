package io.dmm;

import io.dmm.distill.RunConfiguration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a merged model's file says of how it was made: {@code dmm.round1.…} of its first run, {@code
 * dmm.round2.…} of the one that trained it further, and so on. Equal runs say the same.
 *
 * @param before what the model said that this run went on from; empty for a fresh student
 * @param steps of this run, all its parts together
 */
record RunHistory(Map<String, String> before, RunConfiguration configuration, long steps) {
    private static final Logger LOGGER = LoggerFactory.getLogger(RunHistory.class);
    private static final String ROUND = "dmm.round";

    /** Warns where the model before was made from another base than this run is given. */
    void checkBase() {
        int rounds = rounds(before);
        String expected = before.get(prefix(rounds) + RunIdentity.BASE);
        String found = configuration.settings().get(RunIdentity.BASE);
        if (expected != null && !expected.equals(found)) {
            LOGGER.warn(
                    "the base is not the one, to the bit, that the merged model was made from: expected"
                            + " SHA-256 {} but was {}; its styles were trained on that one's text"
                            + " states, autoencoder and schedule",
                    expected,
                    found);
        }
    }

    Map<String, String> metadata() {
        SortedMap<String, String> metadata = new TreeMap<>(before);
        // the styles are now others
        metadata.keySet().removeIf(key -> !key.startsWith(ROUND));
        String round = prefix(rounds(before) + 1);
        configuration
                .settings()
                .forEach((name, value) -> metadata.put(round + name.replace(' ', '_'), value));
        metadata.put(round + "steps", Long.toString(steps));
        metadata.put(round + "experts", String.join("\n", configuration.teachers().keySet()));
        configuration
                .teachers()
                .forEach((name, hash) -> metadata.put(round + "teacher." + name, hash));
        return metadata;
    }

    /** How many runs made a model, as far as it says; of none, null, no run. */
    static int rounds(MergedModel merged) {
        return merged == null ? 0 : rounds(merged.metadata());
    }

    private static int rounds(Map<String, String> metadata) {
        int rounds = 0;
        while (hasRound(metadata, rounds + 1)) {
            rounds++;
        }
        return rounds;
    }

    private static boolean hasRound(Map<String, String> metadata, int round) {
        return metadata.keySet().stream().anyMatch(key -> key.startsWith(prefix(round)));
    }

    private static String prefix(int round) {
        return ROUND + round + ".";
    }
}
