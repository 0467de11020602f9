package io.dmm.distill;

import io.dmm.pipeline.Fonts;
import io.dmm.weights.AtomicFile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * The curve of a run's loss: every step as a thin line, their moving mean as a thick one.
 *
 * @param metrics the steps in order, as {@link MetricsLog#read} gives them
 * @param logAxis whether the loss axis is logarithmic
 */
public record LossChart(String title, List<StepMetrics> metrics, boolean logAxis) {
    private static final int WIDTH = 880;
    private static final int HEIGHT = 480;
    private static final int PIXELS_PER_POINT = 2;
    private static final double LOG_RANGE = 20;
    private static final Color RAW = new Color(0x9c, 0xc3, 0xe6);
    private static final Color SMOOTH = new Color(0x1f, 0x5f, 0xa8);
    private static final Color INK = new Color(0x22, 0x26, 0x2b);
    private static final Color GRID = new Color(0xe1, 0xe5, 0xea);

    public LossChart {
        metrics = List.copyOf(metrics);
        if (metrics.isEmpty()) {
            throw new IllegalArgumentException(
                    "LossChart: expected at least one step but the log is empty");
        }
    }

    /** A chart whose loss axis is logarithmic when the losses span more than a factor of 20. */
    public LossChart(String title, List<StepMetrics> metrics) {
        this(title, metrics, spansMuch(metrics));
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
            chart().draw(g, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
        } finally {
            g.dispose();
        }
        return image;
    }

    /** Writes the chart as PNG; the same metrics give the same bytes on one machine. */
    public void write(Path file) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image(), "png", png);
        AtomicFile.write(file, png.toByteArray());
    }

    private static boolean spansMuch(List<StepMetrics> metrics) {
        double min = Double.POSITIVE_INFINITY;
        double max = 0;
        for (StepMetrics m : metrics) {
            if (Double.isFinite(m.loss())) {
                min = Math.min(min, m.loss());
                max = Math.max(max, m.loss());
            }
        }
        return min > 0 && max > LOG_RANGE * min;
    }

    private JFreeChart chart() {
        XYSeries raw = raw();
        XYSeriesCollection lines = new XYSeriesCollection();
        lines.addSeries(smooth(raw));
        lines.addSeries(raw);
        XYPlot plot = new XYPlot(lines, stepAxis(), lossAxis(), renderer());
        plot.setBackgroundPaint(Color.WHITE);
        plot.setOutlineVisible(false);
        plot.setDomainGridlinePaint(GRID);
        plot.setRangeGridlinePaint(GRID);
        plot.setDomainGridlineStroke(new BasicStroke(1));
        plot.setRangeGridlineStroke(new BasicStroke(1));
        plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
        JFreeChart chart = new JFreeChart(null, Fonts.sans(Font.BOLD, 18), plot, true);
        TextTitle heading = new TextTitle(title, Fonts.sans(Font.BOLD, 18));
        heading.setHorizontalAlignment(HorizontalAlignment.LEFT);
        heading.setPaint(INK);
        heading.setPadding(0, 0, 10, 0);
        chart.setTitle(heading);
        chart.setBackgroundPaint(Color.WHITE);
        chart.setPadding(new RectangleInsets(14, 14, 10, 20));
        chart.getLegend().setItemFont(Fonts.sans(Font.PLAIN, 13));
        chart.getLegend().setItemPaint(INK);
        chart.getLegend().setFrame(BlockBorder.NONE);
        return chart;
    }

    private XYSeries raw() {
        XYSeries series = new XYSeries("every step");
        for (StepMetrics m : metrics) {
            if (Double.isFinite(m.loss()) && (m.loss() > 0 || !logAxis)) {
                series.add(m.step(), m.loss());
            }
        }
        return series;
    }

    /** The mean over a window of a fortieth of the run, centred so that the curve does not lag. */
    private static XYSeries smooth(XYSeries raw) {
        int count = raw.getItemCount();
        int reach = Math.max(3, count / 80);
        XYSeries series =
                new XYSeries(String.format(Locale.ROOT, "mean of %d steps", 2 * reach + 1));
        for (int i = 0; i < count; i++) {
            int from = Math.max(0, i - reach);
            int to = Math.min(count - 1, i + reach);
            double sum = 0;
            for (int j = from; j <= to; j++) {
                sum += raw.getY(j).doubleValue();
            }
            series.add(raw.getX(i).doubleValue(), sum / (to - from + 1));
        }
        return series;
    }

    private XYLineAndShapeRenderer renderer() {
        // a single step makes no line
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, metrics.size() == 1);
        renderer.setSeriesPaint(0, SMOOTH);
        renderer.setSeriesStroke(0, line(2.4f));
        renderer.setSeriesPaint(1, RAW);
        renderer.setSeriesStroke(1, line(0.8f));
        return renderer;
    }

    private static BasicStroke line(float width) {
        return new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    }

    private static NumberAxis stepAxis() {
        NumberAxis axis = new NumberAxis("step");
        axis.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
        axis.setLowerMargin(0);
        axis.setUpperMargin(0.01);
        axis.setAutoRangeIncludesZero(false);
        return dressed(axis);
    }

    private ValueAxis lossAxis() {
        return dressed(logAxis ? new LogLossAxis("loss (log scale)") : new NumberAxis("loss"));
    }

    private static <T extends ValueAxis> T dressed(T axis) {
        axis.setLabelFont(Fonts.sans(Font.PLAIN, 14));
        axis.setTickLabelFont(Fonts.sans(Font.PLAIN, 12));
        axis.setLabelPaint(INK);
        axis.setTickLabelPaint(INK);
        axis.setAxisLinePaint(INK);
        axis.setTickMarkPaint(INK);
        return axis;
    }
}
