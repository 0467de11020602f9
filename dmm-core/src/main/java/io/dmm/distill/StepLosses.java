package io.dmm.distill;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The values of one step's loss.
 *
 * @param total what is minimised
 * @param parts by name, weighted as in the total; {@code score.ink} is a part of a part, that of
 *     one expert, and {@code discriminator} is that network's own loss, no part of the total
 */
public record StepLosses(double total, Map<String, Double> parts) {

    /** The mean over a step's micro-batches; of a part, over those that have it. */
    static StepLosses mean(List<StepLosses> microBatches) {
        Map<String, Double> parts =
                microBatches.stream()
                        .flatMap(losses -> losses.parts.entrySet().stream())
                        .collect(
                                Collectors.groupingBy(
                                        Map.Entry::getKey,
                                        TreeMap::new,
                                        Collectors.averagingDouble(Map.Entry::getValue)));
        double total = microBatches.stream().mapToDouble(StepLosses::total).sum();
        return new StepLosses(total / microBatches.size(), parts);
    }
}
