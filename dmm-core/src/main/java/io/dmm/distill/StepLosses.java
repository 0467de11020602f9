package io.dmm.distill;

import java.util.Map;
import java.util.TreeMap;

/**
 * The values of one step's loss.
 *
 * @param total what is minimised
 * @param parts by name, weighted as in the total; {@code score.ink} is a part of a part, that of
 *     one expert
 */
public record StepLosses(double total, Map<String, Double> parts) {

    /** What two micro-batches of a step have in the mean, this one counting {@code share}. */
    StepLosses plus(StepLosses more, double share) {
        Map<String, Double> sums = new TreeMap<>(parts);
        more.parts.forEach((name, value) -> sums.merge(name, share * value, Double::sum));
        return new StepLosses(total + share * more.total, sums);
    }
}
