package io.dmm.batch;

import io.dmm.distill.Progress;
import io.dmm.distill.StepMetrics;
import io.dmm.distill.TrainingListener;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Shows a training run on stderr: a bar on a terminal, redrawn at most five times a second, or one
 * plain line about every ten seconds where stderr is a file or a pipe.
 */
public final class ConsoleProgress implements TrainingListener {
    private static final Duration BAR_PERIOD = Duration.ofMillis(200);
    private static final Duration LINE_PERIOD = Duration.ofSeconds(10);
    private static final int MAX_BAR = 30;
    private static final int MIN_BAR = 5;

    private final PrintStream out;
    private final Terminal terminal;
    private final LongSupplier nanoTime;
    private long shownAt;
    private boolean shown;
    private StepMetrics latest;

    public ConsoleProgress() {
        this(System.err, Terminal.ofProcess(), System::nanoTime);
    }

    ConsoleProgress(PrintStream out, Terminal terminal, LongSupplier nanoTime) {
        this.out = Objects.requireNonNull(out, "out");
        this.terminal = Objects.requireNonNull(terminal, "terminal");
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
    }

    @Override
    public void onStep(StepMetrics metrics) {
        latest = metrics;
    }

    @Override
    public void onProgress(Progress progress) {
        boolean last = progress.isLast();
        Duration period = terminal.isPresent() ? BAR_PERIOD : LINE_PERIOD;
        long now = nanoTime.getAsLong();
        if (shown && !last && now - shownAt < period.toNanos()) {
            return;
        }
        shown = !last;
        shownAt = now;
        if (terminal.isPresent()) {
            out.print(Terminal.CLEAR_LINE + bar(progress) + (last ? System.lineSeparator() : ""));
        } else {
            out.println(figures(progress));
        }
        out.flush();
        latest = null;
    }

    /** A line as wide as the terminal would wrap, and each redrawing would then scroll. */
    private String bar(Progress progress) {
        String figures = figures(progress);
        int width = Math.min(MAX_BAR, terminal.columns() - figures.length() - 4);
        if (width < MIN_BAR) {
            return figures.substring(0, Math.min(figures.length(), terminal.columns() - 1));
        }
        int done = (int) (width * progress.done() / progress.total());
        return "[" + "#".repeat(done) + ".".repeat(width - done) + "] " + figures;
    }

    private String figures(Progress progress) {
        String training =
                latest == null
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "loss %.4g  %.1f samples/s  ",
                                latest.loss(),
                                latest.samplesPerSecond());
        return String.format(
                Locale.ROOT,
                "%s %d/%d  %s%s",
                progress.activity(),
                progress.done(),
                progress.total(),
                training,
                progress.isLast() ? "done" : progress.timeLeftInWords() + " left");
    }
}
