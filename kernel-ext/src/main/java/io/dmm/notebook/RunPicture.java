package io.dmm.notebook;

import io.dmm.distill.LossChart;
import io.dmm.distill.Progress;
import io.dmm.distill.RunEnd;
import io.dmm.distill.StepMetrics;
import io.dmm.notebook.render.Ellipsis;
import io.dmm.notebook.render.Picture;
import io.dmm.pipeline.Canvas;
import io.dmm.pipeline.Fonts;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A run at one moment, drawn from top to bottom: a line of figures, a bar, the loss curves, closed
 * gaps and samples, each as soon as there are any.
 *
 * @param latest what goes on, or null
 * @param training how far the training is, or null before it
 * @param gaps of the newest validation
 * @param samples the newest
 * @param end null while the run goes on
 */
record RunPicture(
        Progress latest,
        Progress training,
        List<StepMetrics> steps,
        GapBars gaps,
        SampleStrips samples,
        RunEnd end,
        long millis) {
    static final Color GREY = new Color(0x6a, 0x73, 0x7d);
    static final Color GROOVE = new Color(0xe6, 0xe9, 0xed);
    static final Color BLUE = new Color(0x1f, 0x5f, 0xa8);
    static final Color GREEN = new Color(0x00, 0x9e, 0x73);
    private static final Color ORANGE = new Color(0xe6, 0x9f, 0x00);
    private static final Color RED = new Color(0xd5, 0x5e, 0x00);

    static final int WIDTH = 880;
    private static final int HEAD = 44;
    private static final int CHART = 280;
    private static final int FEWEST_STEPS = 2;

    Picture drawn() {
        boolean hasChart = steps.size() >= FEWEST_STEPS;
        int top = HEAD + (hasChart ? CHART : 0);
        return Picture.draw(
                WIDTH,
                top + gaps.height() + samples.height(),
                g -> {
                    drawHead(g);
                    if (hasChart) {
                        new LossChart("", steps)
                                .draw(g, new Rectangle2D.Double(0, HEAD, WIDTH, CHART));
                    }
                    gaps.draw(g, top);
                    samples.draw(g, top + gaps.height());
                });
    }

    private void drawHead(Graphics2D g) {
        Font bold = Fonts.sans(Font.BOLD, 14);
        Font plain = Fonts.sans(Font.PLAIN, 13);
        String right = detail();
        double room = WIDTH - Ellipsis.width(right, plain) - 24;
        g.setColor(Canvas.INK);
        g.setFont(bold);
        g.drawString(Ellipsis.fit(heading(), bold, room), 0, 18);
        g.setColor(GREY);
        g.setFont(plain);
        g.drawString(right, (float) (WIDTH - Ellipsis.width(right, plain) - 2), 18);
        drawBar(g, new Rectangle2D.Double(0, 27, WIDTH, 8), share(), color());
    }

    static void drawBar(Graphics2D g, Rectangle2D area, double share, Color color) {
        double round = area.getHeight();
        g.setColor(GROOVE);
        g.fill(bar(area, area.getWidth(), round));
        double width = area.getWidth() * Math.max(0, Math.min(1, share));
        if (width > 0) {
            g.setColor(color);
            g.fill(bar(area, Math.max(width, round), round));
        }
    }

    private static RoundRectangle2D bar(Rectangle2D area, double width, double round) {
        return new RoundRectangle2D.Double(
                area.getX(), area.getY(), width, area.getHeight(), round, round);
    }

    private double share() {
        Progress shown = shown();
        return shown == null ? 0 : (double) shown.done() / shown.total();
    }

    /** What the bar is of: once the training has begun, the training. */
    private Progress shown() {
        return training == null ? latest : training;
    }

    private Color color() {
        if (end == null) {
            return BLUE;
        }
        return switch (end) {
            case FINISHED -> GREEN;
            case INTERRUPTED -> ORANGE;
            case FAILED -> RED;
        };
    }

    private String heading() {
        Progress shown = shown();
        String count =
                shown == null
                        ? ""
                        : String.format(Locale.ROOT, "%,d of %,d", shown.done(), shown.total());
        if (end == null) {
            String activity = shown == null ? "starting" : shown.activity();
            return activity + "  " + count + (shown == latest ? "" : "  ·  " + latest.activity());
        }
        boolean begun = !count.isEmpty();
        return switch (end) {
            case FINISHED -> begun ? "finished  " + count : "finished";
            case INTERRUPTED -> begun ? "stopped after " + count : "stopped";
            case FAILED -> begun ? "failed after " + count : "failed";
        };
    }

    private String detail() {
        List<String> figures = new ArrayList<>();
        if (!steps.isEmpty()) {
            StepMetrics last = steps.get(steps.size() - 1);
            figures.add(String.format(Locale.ROOT, "loss %.4g", last.loss()));
            figures.add(String.format(Locale.ROOT, "%.1f samples/s", last.samplesPerSecond()));
        }
        if (end != null) {
            figures.add("in " + Progress.words(Duration.ofMillis(millis)));
        } else if (shown() != null) {
            figures.add(shown().timeLeftInWords() + " left");
        }
        return String.join("  ·  ", figures);
    }

    /** The figures as one line of text. */
    String text() {
        return heading() + "  ·  " + detail();
    }
}
