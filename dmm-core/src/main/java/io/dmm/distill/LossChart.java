package io.dmm.distill;

import io.dmm.pipeline.Canvas;
import io.dmm.pipeline.Fonts;
import io.dmm.pipeline.PngParameters;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Paint;
import java.awt.Stroke;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.DefaultXYDataset;

/**
 * The curves of a run's losses, each the moving mean of its steps: the whole loss, with every step
 * as a thin line, above its parts; or {@link #byExpert}. The axis is logarithmic where they span
 * more than a factor of 20.
 *
 * @param title left out where it is blank
 * @param metrics the steps in order, as {@link MetricsLog#read} gives them
 * @param view which losses are shown
 */
public record LossChart(String title, List<StepMetrics> metrics, View view) {
    /** Which losses a chart shows. */
    public enum View {
        /** The whole loss and each of its parts. */
        LOSSES,
        /** The score (DMM, Eq. 9) of each expert. */
        EXPERTS
    }

    private static final int WIDTH = 880;
    private static final int HEIGHT = 480;
    private static final int PIXELS_PER_POINT = 2;
    private static final double LOG_RANGE = 20;
    private static final Color RAW = new Color(0x9c, 0xc3, 0xe6);
    private static final Color GRID = new Color(0xe1, 0xe5, 0xea);

    /** Told apart with any kind of colour vision (Okabe and Ito, 2008); yellow is too faint. */
    private static final List<Color> COLORS =
            List.of(
                    new Color(0x1f, 0x5f, 0xa8),
                    new Color(0xd5, 0x5e, 0x00),
                    new Color(0x00, 0x9e, 0x73),
                    new Color(0xcc, 0x79, 0xa7),
                    new Color(0xe6, 0x9f, 0x00),
                    new Color(0x56, 0xb4, 0xe9),
                    new Color(0x55, 0x55, 0x55));

    private static final float[] DASH = {7, 5};

    public LossChart {
        metrics = List.copyOf(metrics);
        if (metrics.isEmpty()) {
            throw new IllegalArgumentException(
                    "LossChart: expected at least one step but the log is empty");
        }
        if (view == View.EXPERTS && curves(metrics, view).isEmpty()) {
            throw new IllegalArgumentException(
                    "LossChart: expected losses per expert (score.<name>) but the log has "
                            + LossCurve.names(metrics));
        }
    }

    /** A chart of the losses. */
    public LossChart(String title, List<StepMetrics> metrics) {
        this(title, metrics, View.LOSSES);
    }

    /** The same run with a line for each expert. */
    public LossChart byExpert() {
        return new LossChart(title, metrics, View.EXPERTS);
    }

    /** Draws the chart, 1760×960 pixels for 880×480 points. */
    public BufferedImage image() {
        BufferedImage image =
                new BufferedImage(
                        WIDTH * PIXELS_PER_POINT,
                        HEIGHT * PIXELS_PER_POINT,
                        BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.scale(PIXELS_PER_POINT, PIXELS_PER_POINT);
            draw(g, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
        } finally {
            g.dispose();
        }
        return image;
    }

    /** Draws the chart into a part of a picture. */
    public void draw(Graphics2D g, Rectangle2D area) {
        chart((int) area.getWidth()).draw(g, area);
    }

    /**
     * Writes the chart as PNG; the same metrics give the same bytes on one machine.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public void save(Path file) {
        PngParameters.write(file, image(), "");
    }

    boolean hasLogAxis() {
        double min = Double.POSITIVE_INFINITY;
        double max = 0;
        for (LossCurve curve : curves(metrics, view)) {
            min = Math.min(min, curve.values().min().orElse(min));
            max = Math.max(max, curve.values().max().orElse(max));
        }
        return min > 0 && max > LOG_RANGE * min;
    }

    private static List<LossCurve> curves(List<StepMetrics> metrics, View view) {
        return view == View.LOSSES ? LossCurve.wholeAndParts(metrics) : LossCurve.experts(metrics);
    }

    /**
     * @param columns in which its curves are seen
     */
    private JFreeChart chart(int columns) {
        List<LossCurve> curves = curves(metrics, view);
        boolean logAxis = hasLogAxis();
        List<LossCurve> lines = new ArrayList<>();
        for (LossCurve curve : curves) {
            lines.add((logAxis ? curve.positive() : curve).smooth(reach()));
        }
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
        renderer.setDrawSeriesLineAsPath(true); // dashes run on from step to step
        renderer.setLegendLine(new Line2D.Double(-10, 0, 10, 0));
        for (int i = 0; i < lines.size(); i++) {
            dress(renderer, i, COLORS.get(i % COLORS.size()), stroke(i), lines.get(i));
        }
        if (view == View.LOSSES) {
            LossCurve whole = logAxis ? curves.get(0).positive() : curves.get(0);
            lines.add(whole.named("total, every step"));
            dress(renderer, lines.size() - 1, RAW, line(0.8f, null), whole);
        }
        DefaultXYDataset data = new DefaultXYDataset();
        for (LossCurve line : lines) {
            LossCurve curve = line.thinned(columns);
            data.addSeries(curve.name(), new double[][] {curve.steps(), curve.losses()});
        }
        return chart(new XYPlot(data, stepAxis(), lossAxis(logAxis), renderer));
    }

    /** How many values to each side a mean is of: a fortieth of the run in all, fewer at first. */
    private int reach() {
        return Math.min(Math.max(3, metrics.size() / 80), (metrics.size() - 1) / 4);
    }

    private static void dress(
            XYLineAndShapeRenderer renderer, int line, Paint paint, Stroke stroke, LossCurve of) {
        renderer.setSeriesPaint(line, paint);
        renderer.setSeriesStroke(line, stroke);
        // a single step makes no line
        renderer.setSeriesShapesVisible(line, of.steps().length == 1);
    }

    private JFreeChart chart(XYPlot plot) {
        plot.setBackgroundPaint(Color.WHITE);
        plot.setOutlineVisible(false);
        plot.setDomainGridlinePaint(GRID);
        plot.setRangeGridlinePaint(GRID);
        plot.setDomainGridlineStroke(new BasicStroke(1));
        plot.setRangeGridlineStroke(new BasicStroke(1));
        plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
        JFreeChart chart = new JFreeChart(null, Fonts.sans(Font.BOLD, 18), plot, true);
        if (!title.isBlank()) {
            chart.setTitle(heading());
        }
        chart.setBackgroundPaint(Color.WHITE);
        chart.setPadding(new RectangleInsets(14, 14, 10, 20));
        chart.getLegend().setItemFont(Fonts.sans(Font.PLAIN, 13));
        chart.getLegend().setItemPaint(Canvas.INK);
        chart.getLegend().setItemLabelPadding(new RectangleInsets(2, 4, 2, 14));
        chart.getLegend().setFrame(BlockBorder.NONE);
        return chart;
    }

    private TextTitle heading() {
        TextTitle heading = new TextTitle(title, Fonts.sans(Font.BOLD, 18));
        heading.setHorizontalAlignment(HorizontalAlignment.LEFT);
        heading.setPaint(Canvas.INK);
        heading.setPadding(0, 0, 10, 0);
        return heading;
    }

    /** Dashed once the colours begin anew. */
    private static BasicStroke stroke(int line) {
        return line(line == 0 ? 2.4f : 2f, line / COLORS.size() % 2 == 0 ? null : DASH);
    }

    private static BasicStroke line(float width, float[] dash) {
        return new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, dash, 0);
    }

    private static NumberAxis stepAxis() {
        NumberAxis axis = new NumberAxis("step");
        axis.setStandardTickUnits(NumberAxis.createIntegerTickUnits(Locale.ROOT));
        axis.setLowerMargin(0);
        axis.setUpperMargin(0.01);
        axis.setAutoRangeIncludesZero(false);
        return dressed(axis);
    }

    private ValueAxis lossAxis(boolean logAxis) {
        String label =
                (view == View.LOSSES ? "loss" : "score")
                        + (reach() > 0 ? ", mean of " + (2 * reach() + 1) : "")
                        + (logAxis ? " (log)" : "");
        if (logAxis) {
            return dressed(new LogLossAxis(label));
        }
        NumberAxis axis = new NumberAxis(label);
        axis.setStandardTickUnits(NumberAxis.createStandardTickUnits(Locale.ROOT));
        return dressed(axis);
    }

    private static <T extends ValueAxis> T dressed(T axis) {
        axis.setLabelFont(Fonts.sans(Font.PLAIN, 14));
        axis.setTickLabelFont(Fonts.sans(Font.PLAIN, 12));
        axis.setLabelPaint(Canvas.INK);
        axis.setTickLabelPaint(Canvas.INK);
        axis.setAxisLinePaint(Canvas.INK);
        axis.setTickMarkPaint(Canvas.INK);
        return axis;
    }
}
