package io.dmm;

import io.dmm.distill.RunConfiguration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a merged model's file says of how it was made: {@code dmm.round1.…} of its first run, {@code
 * dmm.round2.…} of the one that trained it further, and so on. Equal runs say the same.
 *
 * @param before what the model said that this run went on from; empty for a fresh student
 * @param steps of this run, all its parts together
 */
record RunHistory(Map<String, String> before, RunConfiguration configuration, long steps) {
    private static final String ROUND = "dmm.round";

    Map<String, String> metadata() {
        SortedMap<String, String> metadata = new TreeMap<>(before);
        // the styles are now others
        metadata.keySet().removeIf(key -> !key.startsWith(ROUND));
        String round = nextRound(metadata);
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

    private static String nextRound(SortedMap<String, String> metadata) {
        int number = 1;
        while (!metadata.subMap(prefix(number), prefix(number) + Character.MAX_VALUE).isEmpty()) {
            number++;
        }
        return prefix(number);
    }

    private static String prefix(int round) {
        return ROUND + round + ".";
    }
}
