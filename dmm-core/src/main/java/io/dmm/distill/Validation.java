package io.dmm.distill;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was measured of the student between two steps: a line of {@code metrics.jsonl}.
 *
 * @param step the step after which it was, from 1; 0 before the first
 * @param figures by name and expert, {@code closedGap.ink}, in alphabetical order
 */
public record Validation(long step, Map<String, Double> figures) {
    /** Before an expert's name: the figure that is its {@link ClosedGap}. */
    public static final String CLOSED_GAP = "closedGap.";

    public Validation {
        if (step < 0) {
            throw new IllegalArgumentException(
                    "Validation: step, expected 0 or more but was " + step);
        }
        figures = Collections.unmodifiableMap(new TreeMap<>(figures));
    }
}
