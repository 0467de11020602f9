package io.dmm;

import io.dmm.distill.TrainingListener;
import io.dmm.distill.TrainingProgress;
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

    public ConsoleProgress() {
        this(System.err, Terminal.ofProcess(), System::nanoTime);
    }

    ConsoleProgress(PrintStream out, Terminal terminal, LongSupplier nanoTime) {
        this.out = Objects.requireNonNull(out, "out");
        this.terminal = Objects.requireNonNull(terminal, "terminal");
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
    }

    @Override
    public void onStep(TrainingProgress progress) {
        boolean last = progress.step() == progress.totalSteps();
        Duration period = terminal.isPresent() ? BAR_PERIOD : LINE_PERIOD;
        long now = nanoTime.getAsLong();
        if (shown && !last && now - shownAt < period.toNanos()) {
            return;
        }
        shown = true;
        shownAt = now;
        if (terminal.isPresent()) {
            out.print(Terminal.CLEAR_LINE + bar(progress) + (last ? System.lineSeparator() : ""));
        } else {
            out.println("step " + figures(progress));
        }
        out.flush();
    }

    /** A line as wide as the terminal would wrap, and each redrawing would then scroll. */
    private String bar(TrainingProgress progress) {
        String figures = figures(progress);
        int width = Math.min(MAX_BAR, terminal.columns() - figures.length() - 4);
        if (width < MIN_BAR) {
            return figures.substring(0, Math.min(figures.length(), terminal.columns() - 1));
        }
        int done = (int) (width * progress.step() / progress.totalSteps());
        return "[" + "#".repeat(done) + ".".repeat(width - done) + "] " + figures;
    }

    private static String figures(TrainingProgress progress) {
        boolean last = progress.step() == progress.totalSteps();
        return String.format(
                Locale.ROOT,
                "%d/%d  loss %.4g  %.1f samples/s  %s",
                progress.step(),
                progress.totalSteps(),
                progress.loss(),
                progress.samplesPerSecond(),
                last ? "done" : text(progress.timeLeft()) + " left");
    }

    private static String text(Duration time) {
        if (time.toHours() > 0) {
            return String.format(
                    Locale.ROOT, "%d h %02d min", time.toHours(), time.toMinutesPart());
        }
        if (time.toMinutes() > 0) {
            return String.format(
                    Locale.ROOT, "%d min %02d s", time.toMinutes(), time.toSecondsPart());
        }
        return time.toSeconds() + " s";
    }
}
