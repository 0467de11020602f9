package io.dmm.pipeline;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * A picture of a matrix: a cell for each value with its number on a colour, the palest for the
 * least of them and the darkest for the greatest.
 */
public record HeatMap(LabelledMatrix matrix) {
    private static final int PIXELS_PER_POINT = 2;
    private static final int CELL_WIDTH = 76;
    private static final int CELL_HEIGHT = 44;
    private static final int LABEL_WIDTH = 200;
    private static final int MARGIN = 16;
    private static final int GAP = 8;
    private static final int BAR_WIDTH = 14;
    private static final int BAR_ROOM = 84;
    private static final int MAX_LINES = 3;
    private static final Color NO_VALUE_INK = new Color(0x6b, 0x72, 0x7a);
    private static final Color NO_VALUE_LINE = new Color(0xc6, 0xcc, 0xd2);

    public HeatMap {
        Scale.of(matrix);
    }

    /** Writes the heat map as a PNG. */
    public void save(Path file) {
        PngParameters.write(file, image(), "");
    }

    /**
     * Draws the heat map, RGB on white, two pixels for each point.
     *
     * @throws IllegalStateException if Java finds no fonts on this machine
     */
    public BufferedImage image() {
        Layout layout = Layout.of(matrix);
        return Canvas.draw(layout.width(), layout.height(), PIXELS_PER_POINT, g -> draw(g, layout));
    }

    private void draw(Graphics2D g, Layout layout) {
        drawLabels(g, layout);
        Scale scale = Scale.of(matrix);
        for (int row = 0; row < matrix.rowLabels().size(); row++) {
            for (int column = 0; column < matrix.columnLabels().size(); column++) {
                drawCell(g, layout, scale, row, column);
            }
        }
        drawBar(g, layout, scale);
    }

    private void drawLabels(Graphics2D g, Layout layout) {
        layout.title().drawFlushLeft(g, MARGIN, MARGIN);
        for (int column = 0; column < layout.columns().size(); column++) {
            Label label = layout.columns().get(column);
            int y = layout.top(0) - GAP - label.height();
            label.drawCentred(g, layout.left(column), y, CELL_WIDTH);
        }
        for (int row = 0; row < layout.rows().size(); row++) {
            Label label = layout.rows().get(row);
            int y = layout.top(row) + (CELL_HEIGHT - label.height()) / 2;
            label.drawFlushRight(g, MARGIN, y, layout.gutter());
        }
    }

    private void drawCell(Graphics2D g, Layout layout, Scale scale, int row, int column) {
        double value = matrix.value(row, column);
        Rectangle2D cell =
                new Rectangle2D.Double(
                        layout.left(column) + 0.5,
                        layout.top(row) + 0.5,
                        CELL_WIDTH - 1,
                        CELL_HEIGHT - 1);
        if (Double.isNaN(value)) {
            g.setColor(NO_VALUE_LINE);
            g.setStroke(new BasicStroke(1));
            g.draw(cell);
            g.setColor(NO_VALUE_INK);
        } else {
            Color color = scale.color(value);
            g.setColor(color);
            g.fill(cell);
            g.setColor(ColorScale.inkOn(color));
        }
        Label number = label(scale.texts.apply(value), Font.PLAIN, 14, CELL_WIDTH, 1);
        int y = layout.top(row) + (CELL_HEIGHT - number.height()) / 2;
        number.drawCentred(g, layout.left(column), y, CELL_WIDTH);
    }

    /** The colours with the values of their ends and middle. */
    private void drawBar(Graphics2D g, Layout layout, Scale scale) {
        int left = layout.left(layout.columns().size()) + 2 * GAP;
        int top = layout.top(0);
        int height = layout.top(layout.rows().size()) - top;
        for (int pixel = 0; pixel < height * PIXELS_PER_POINT; pixel++) {
            double y = (double) pixel / PIXELS_PER_POINT;
            g.setColor(ColorScale.at(1 - y / height));
            g.fill(new Rectangle2D.Double(left, top + y, BAR_WIDTH, 1.0 / PIXELS_PER_POINT));
        }
        g.setColor(Canvas.INK);
        for (double share : new double[] {0, 0.5, 1}) {
            String value = scale.texts.apply(scale.high + (scale.low - scale.high) * share);
            Label tick = label(value, Font.PLAIN, 12, BAR_ROOM, 1);
            int y = top + (int) Math.round(share * (height - tick.height()));
            tick.drawFlushLeft(g, left + BAR_WIDTH + GAP, y);
        }
    }

    private static Label label(String text, int style, float size, int width, int lines) {
        return Label.wrap(text, Fonts.sans(style, size), width, lines);
    }

    /** What a value looks like: the ends of the colours, and its number in words. */
    private record Scale(double low, double high, DoubleFunction<String> texts) {
        Scale {
            if (!(low < high && Double.isFinite(high - low))) {
                throw new IllegalArgumentException(
                        "HeatMap: expected a lower and a higher value but was "
                                + low
                                + " and "
                                + high);
            }
        }

        static Scale of(LabelledMatrix matrix) {
            DoubleSummaryStatistics range = matrix.range();
            if (range.getCount() == 0) {
                return new Scale(0, 1, matrix.texts());
            }
            double low = range.getMin();
            double high = range.getMax();
            return new Scale(low, low < high ? high : low + 1, matrix.texts());
        }

        Color color(double value) {
            return ColorScale.at((value - low) / (high - low));
        }
    }

    /** Where everything goes, in points. */
    private record Layout(Label title, List<Label> rows, List<Label> columns) {
        static Layout of(LabelledMatrix matrix) {
            int inside = matrix.columnLabels().size() * CELL_WIDTH + BAR_ROOM + LABEL_WIDTH / 2;
            return new Layout(
                    label(matrix.title(), Font.BOLD, 18, inside, MAX_LINES),
                    matrix.rowLabels().stream()
                            .map(text -> label(text, Font.BOLD, 13, LABEL_WIDTH, MAX_LINES))
                            .toList(),
                    matrix.columnLabels().stream()
                            .map(text -> label(text, Font.BOLD, 13, CELL_WIDTH, MAX_LINES))
                            .toList());
        }

        int gutter() {
            return rows.stream().mapToInt(Label::width).max().orElse(0);
        }

        int width() {
            int cells = left(columns.size()) + 2 * GAP + BAR_ROOM;
            return Math.max(cells, title.width() + 2 * MARGIN);
        }

        int height() {
            return top(rows.size()) + MARGIN;
        }

        int left(int column) {
            return MARGIN + gutter() + GAP + column * CELL_WIDTH;
        }

        int top(int row) {
            int header = columns.stream().mapToInt(Label::height).max().orElse(0);
            int heading = title.height() == 0 ? 0 : title.height() + 2 * GAP;
            return MARGIN + heading + header + GAP + row * CELL_HEIGHT;
        }
    }
}
