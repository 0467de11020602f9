package io.dmm.distill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** One loss over a run, at the steps where it is finite. */
record LossCurve(String name, double[] steps, double[] losses) {
    private static final String SCORE_OF = "score.";

    /** The whole loss, and its parts where there are several. */
    static List<LossCurve> wholeAndParts(List<StepMetrics> metrics) {
        List<LossCurve> curves = new ArrayList<>();
        curves.add(of("total", metrics, StepMetrics::loss));
        List<String> parts = names(metrics).stream().filter(name -> !name.contains(".")).toList();
        if (parts.size() > 1) { // a single part is the whole
            parts.forEach(part -> curves.add(of(part, metrics, m -> part(m, part))));
        }
        return curves;
    }

    /** The score of each expert that the log tells apart. */
    static List<LossCurve> experts(List<StepMetrics> metrics) {
        return names(metrics).stream()
                .filter(name -> name.startsWith(SCORE_OF))
                .map(name -> of(name.substring(SCORE_OF.length()), metrics, m -> part(m, name)))
                .toList();
    }

    /** All parts that any step has. */
    static SortedSet<String> names(List<StepMetrics> metrics) {
        SortedSet<String> names = new TreeSet<>();
        metrics.forEach(m -> names.addAll(m.losses().keySet()));
        return names;
    }

    private static double part(StepMetrics metrics, String name) {
        return metrics.losses().getOrDefault(name, Double.NaN);
    }

    private static LossCurve of(
            String name, List<StepMetrics> metrics, ToDoubleFunction<StepMetrics> loss) {
        List<StepMetrics> there =
                metrics.stream().filter(m -> Double.isFinite(loss.applyAsDouble(m))).toList();
        return new LossCurve(
                name,
                there.stream().mapToDouble(StepMetrics::step).toArray(),
                there.stream().mapToDouble(loss).toArray());
    }

    /** The mean over a window, centred so that the curve does not lag. */
    LossCurve smooth(int reach) {
        double[] sums = new double[losses.length + 1];
        for (int i = 0; i < losses.length; i++) {
            sums[i + 1] = sums[i] + losses[i];
        }
        double[] means = new double[losses.length];
        for (int i = 0; i < losses.length; i++) {
            int from = Math.max(0, i - reach);
            int to = Math.min(losses.length, i + reach + 1);
            means[i] = (sums[to] - sums[from]) / (to - from);
        }
        return new LossCurve(name, steps, means);
    }

    /** The same, at the steps where a logarithm exists. */
    LossCurve positive() {
        int[] kept = IntStream.range(0, losses.length).filter(i -> losses[i] > 0).toArray();
        return new LossCurve(
                name,
                Arrays.stream(kept).mapToDouble(i -> steps[i]).toArray(),
                Arrays.stream(kept).mapToDouble(i -> losses[i]).toArray());
    }

    LossCurve named(String other) {
        return new LossCurve(other, steps, losses);
    }

    DoubleStream values() {
        return DoubleStream.of(losses);
    }
}
