package io.dmm.distill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** One loss over a run, at the steps where it is finite. */
record LossCurve(String name, double[] steps, double[] losses) {
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
                .filter(name -> name.startsWith(StepMetrics.SCORE_OF))
                .map(
                        name ->
                                of(
                                        name.substring(StepMetrics.SCORE_OF.length()),
                                        metrics,
                                        m -> part(m, name)))
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
        return at(IntStream.range(0, losses.length).filter(i -> losses[i] > 0));
    }

    /**
     * The same where it has few steps; else of each of that many equal parts of the run the least
     * and the greatest loss: in as many columns of a picture it reaches as high and as low.
     */
    LossCurve thinned(int columns) {
        int end = steps.length - 1;
        if (end < 2 * columns) {
            return this;
        }
        IntUnaryOperator column =
                i -> (int) (columns * (steps[i] - steps[0]) / (steps[end] - steps[0]));
        BitSet kept = new BitSet();
        kept.set(0);
        kept.set(end);
        for (int from = 0; from <= end; ) {
            int least = from;
            int greatest = from;
            int first = column.applyAsInt(from);
            for (; from <= end && column.applyAsInt(from) == first; from++) {
                least = losses[from] < losses[least] ? from : least;
                greatest = losses[from] > losses[greatest] ? from : greatest;
            }
            kept.set(least);
            kept.set(greatest);
        }
        return at(kept.stream());
    }

    private LossCurve at(IntStream places) {
        int[] kept = places.toArray();
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
