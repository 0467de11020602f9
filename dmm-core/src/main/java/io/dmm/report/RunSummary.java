package io.dmm.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.Comparison;
import io.dmm.distill.StepMetrics;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The figures of a run: what {@code summary.json} holds.
 *
 * @param seconds from the start of the command to its end
 * @param samplesPerSecond the training's throughput at its end, smoothed over the last steps
 * @param settings name and value of what was set, in the order to show them
 */
public record RunSummary(
        double seconds,
        PeakMemory peakMemory,
        double samplesPerSecond,
        List<ExpertFigures> experts,
        Map<String, String> settings) {
    /**
     * How near the merged model is to an expert: 1 − Σ‖ε_student − ε_expert‖² / Σ‖ε_base −
     * ε_expert‖², so that 1 is the expert itself and 0 no better than the base.
     *
     * @param closedGap on noised pictures of the common set
     * @param ownClosedGap on noised pictures of the expert's own
     */
    public record ExpertFigures(String name, double closedGap, double ownClosedGap) {
        public ExpertFigures {
            Objects.requireNonNull(name, "name");
        }

        private static ExpertFigures of(Comparison comparison) {
            return new ExpertFigures(
                    comparison.expert(),
                    comparison.common().closedGap(),
                    comparison.own().closedGap());
        }
    }

    public RunSummary {
        Objects.requireNonNull(peakMemory, "peakMemory");
        experts = List.copyOf(experts);
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /**
     * Sums up a run of this process, whose time counts from the process's start.
     *
     * @param metrics of its training, at least one step's
     */
    public static RunSummary ofRun(
            List<StepMetrics> metrics, List<Comparison> comparisons, Map<String, String> settings) {
        if (metrics.isEmpty()) {
            throw new IllegalArgumentException("summary: expected metrics of at least one step");
        }
        Instant start = ProcessHandle.current().info().startInstant().orElseThrow();
        return new RunSummary(
                Duration.between(start, Instant.now()).toMillis() / 1e3,
                PeakMemory.measure(),
                metrics.get(metrics.size() - 1).samplesPerSecond(),
                comparisons.stream().map(ExpertFigures::of).toList(),
                settings);
    }

    /** Returns the summary as indented JSON with a last line feed. */
    public String toJson() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("seconds", seconds);
        fields.put("peakMegabytes", peakMemory.megabytes());
        fields.put("peakMemorySource", peakMemory.source());
        fields.put("samplesPerSecond", samplesPerSecond);
        fields.put("experts", experts);
        fields.put("settings", settings);
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(fields)
                    + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("RunSummary: cannot be written as JSON", e);
        }
    }
}
