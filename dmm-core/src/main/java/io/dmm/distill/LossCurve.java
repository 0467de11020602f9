package io.dmm.distill;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** One loss over a run, at the steps where it is finite. */
record LossCurve(String name, double[] steps, double[] losses) {
    /** A loss of each step, which is NaN where there is none. */
    static LossCurve of(
            String name, List<StepMetrics> metrics, ToDoubleFunction<StepMetrics> loss) {
        List<StepMetrics> there =
                metrics.stream().filter(m -> Double.isFinite(loss.applyAsDouble(m))).toList();
        return new LossCurve(
                name,
                there.stream().mapToDouble(StepMetrics::step).toArray(),
                there.stream().mapToDouble(loss).toArray());
    }

    /** The part of the loss that a log has under {@code key}. */
    static LossCurve ofPart(String name, List<StepMetrics> metrics, String key) {
        return of(name, metrics, m -> m.losses().getOrDefault(key, Double.NaN));
    }

    /** How far to each side {@link #smooth} looks: a fortieth of the run in all. */
    int reach() {
        return Math.max(3, steps.length / 80);
    }

    /** The mean over a window, centred so that the curve does not lag. */
    LossCurve smooth() {
        double[] sums = new double[losses.length + 1];
        for (int i = 0; i < losses.length; i++) {
            sums[i + 1] = sums[i] + losses[i];
        }
        double[] means = new double[losses.length];
        for (int i = 0; i < losses.length; i++) {
            int from = Math.max(0, i - reach());
            int to = Math.min(losses.length, i + reach() + 1);
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

    boolean isEmpty() {
        return steps.length == 0;
    }
}
