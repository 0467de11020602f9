package io.dmm.notebook.render;

import io.dmm.distill.Progress;
import io.dmm.report.RunSummary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The figures of a run, as tables. */
final class Summaries {
    private Summaries() {}

    static Bundle of(RunSummary run) {
        List<Table> tables = new ArrayList<>();
        tables.add(
                new Table(
                        "Run",
                        List.of(),
                        List.of(
                                List.of("time", Progress.words(Duration.ofMillis((long) (1e3 * run.seconds())))),
                                List.of("training", number("%,.1f samples/s", run.samplesPerSecond())),
                                List.of("peak memory", number("%,.0f MB", run.peakMemory().megabytes())))));
        if (!run.experts().isEmpty()) {
            tables.add(
                    new Table(
                            "Closed gap: 100 % is the expert itself, 0 % no nearer than the base",
                            List.of("expert", "common pictures", "its own pictures"),
                            run.experts().stream()
                                    .map(
                                            expert ->
                                                    List.of(
                                                            expert.name(),
                                                            percent(expert.closedGap()),
                                                            percent(expert.ownClosedGap())))
                                    .toList()));
        }
        if (!run.settings().isEmpty()) {
            tables.add(
                    new Table(
                            "Settings",
                            List.of(),
                            run.settings().entrySet().stream()
                                    .map(entry -> List.of(entry.getKey(), entry.getValue()))
                                    .toList()));
        }
        return Table.bundle(tables);
    }

    private static String percent(double share) {
        return number("%.1f %%", 100 * share);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
