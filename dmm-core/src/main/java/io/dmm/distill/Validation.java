package io.dmm.distill;

import io.dmm.pipeline.ImageGrid;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run was worth at one of its steps.
 *
 * @param step the last one done, from 1
 * @param closedGaps by expert, on held-out pictures; see {@link ClosedGap}
 * @param pictures a row for each style, or null where none were asked for
 */
public record Validation(long step, Map<String, Double> closedGaps, ImageGrid pictures) {
    public Validation {
        closedGaps = Collections.unmodifiableMap(new LinkedHashMap<>(closedGaps));
    }
}
