package io.dmm.pipeline;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;

/**
 * A table of equally large pictures with a label to the left of each row and above each column.
 *
 * @param rowLabels one label a row; blank ones take no room
 * @param columnLabels one label a column, such as a prompt; wrapped to the column's width
 * @param cells the pictures, row by row
 * @param zoom how many pixels one pixel of a picture becomes along each side, 1 to 16
 */
public record ImageGrid(
        List<String> rowLabels,
        List<String> columnLabels,
        List<List<BufferedImage>> cells,
        int zoom) {
    /** The most that a grid enlarges its pictures. */
    public static final int MAX_ZOOM = 16;

    private static final int MAX_LINES = 6;
    private static final float MIN_FONT = 12;
    private static final float MAX_FONT = 26;

    public ImageGrid {
        rowLabels = List.copyOf(rowLabels);
        columnLabels = List.copyOf(columnLabels);
        cells = cells.stream().map(List::copyOf).toList();
        if (zoom < 1 || zoom > MAX_ZOOM) {
            throw new IllegalArgumentException(
                    "ImageGrid: zoom, expected 1 to " + MAX_ZOOM + " but was " + zoom);
        }
        requireCount("rows", rowLabels.size(), cells.size());
        if (cells.isEmpty() || columnLabels.isEmpty()) {
            throw new IllegalArgumentException("ImageGrid: expected at least one picture");
        }
        for (int row = 0; row < cells.size(); row++) {
            requireCount("pictures in row " + row, columnLabels.size(), cells.get(row).size());
        }
        BufferedImage first = cells.get(0).get(0);
        for (BufferedImage cell : cells.stream().flatMap(List::stream).toList()) {
            if (cell.getWidth() != first.getWidth() || cell.getHeight() != first.getHeight()) {
                throw new IllegalArgumentException(
                        "ImageGrid: pictures of one size, expected %dx%d but was %dx%d"
                                .formatted(
                                        first.getWidth(), first.getHeight(),
                                        cell.getWidth(), cell.getHeight()));
            }
        }
    }

    /** A grid at the pictures' own size. */
    public ImageGrid(
            List<String> rowLabels, List<String> columnLabels, List<List<BufferedImage>> cells) {
        this(rowLabels, columnLabels, cells, 1);
    }

    /**
     * Returns this grid with its pictures enlarged without smoothing, so that pixels stay crisp.
     */
    public ImageGrid withZoom(int zoom) {
        return new ImageGrid(rowLabels, columnLabels, cells, zoom);
    }

    /** Writes the grid as a PNG. */
    public void save(Path file) {
        PngParameters.write(file, image(), "");
    }

    /**
     * Draws the grid, RGB on white.
     *
     * @throws IllegalStateException if Java finds no fonts on this machine
     */
    public BufferedImage image() {
        return image(1);
    }

    /**
     * Draws the grid for a screen with several pixels to a point, its text as sharp as that.
     *
     * @param pixelsPerPoint how many pixels there are of each that {@link #image()} has, along each
     *     side
     */
    public BufferedImage image(int pixelsPerPoint) {
        Layout layout = Layout.of(this);
        return Canvas.draw(
                layout.width(), layout.height(), pixelsPerPoint, g -> layout.draw(g, cells));
    }

    private static void requireCount(String what, int labels, int pictures) {
        if (labels != pictures) {
            throw new IllegalArgumentException(
                    "ImageGrid: %s, expected %d as there are labels but was %d"
                            .formatted(what, labels, pictures));
        }
    }

    /** Where everything goes, in pixels: labels' gutter and header, then cells of one size. */
    private record Layout(
            List<Label> rows,
            List<Label> columns,
            int cellWidth,
            int cellHeight,
            int gutter,
            int header,
            int gap) {
        static Layout of(ImageGrid grid) {
            BufferedImage first = grid.cells().get(0).get(0);
            int cellWidth = first.getWidth() * grid.zoom();
            int cellHeight = first.getHeight() * grid.zoom();
            float size = fontSize(cellWidth, grid.columnLabels().size());
            Font plain = Fonts.sans(Font.PLAIN, size);
            Font bold = Fonts.sans(Font.BOLD, size);
            int gap = Math.max(4, Math.round(size / 2));
            List<Label> rows =
                    grid.rowLabels().stream()
                            .map(text -> Label.wrap(text, bold, Math.round(12 * size), MAX_LINES))
                            .toList();
            List<Label> columns =
                    grid.columnLabels().stream()
                            .map(text -> Label.wrap(text, plain, cellWidth, MAX_LINES))
                            .toList();
            int gutter = rows.stream().mapToInt(Label::width).max().orElse(0);
            int header = columns.stream().mapToInt(Label::height).max().orElse(0);
            return new Layout(
                    rows,
                    columns,
                    cellWidth,
                    cellHeight,
                    gutter == 0 ? 0 : gutter + 2 * gap,
                    header == 0 ? 0 : header + gap,
                    gap);
        }

        /** Readable when the whole grid is shown about a thousand pixels wide. */
        private static float fontSize(int cellWidth, int columns) {
            float size = Math.min(cellWidth / 9f, cellWidth * columns / 70f);
            return Math.max(MIN_FONT, Math.min(MAX_FONT, size));
        }

        int width() {
            return left(columns.size()) + gap;
        }

        int height() {
            return top(rows.size()) + gap;
        }

        void draw(Graphics2D g, List<List<BufferedImage>> cells) {
            g.setRenderingHint(
                    RenderingHints.KEY_INTERPOLATION,
                    RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
            for (int column = 0; column < columns.size(); column++) {
                Label label = columns.get(column);
                int y = top(0) - gap - label.height();
                label.drawCentred(g, left(column), y, cellWidth);
            }
            for (int row = 0; row < rows.size(); row++) {
                Label label = rows.get(row);
                int y = top(row) + (cellHeight - label.height()) / 2;
                label.drawFlushRight(g, 0, y, left(0) - 2 * gap);
                for (int column = 0; column < columns.size(); column++) {
                    BufferedImage cell = cells.get(row).get(column);
                    g.drawImage(cell, left(column), top(row), cellWidth, cellHeight, null);
                }
            }
        }

        private int left(int column) {
            return 2 * gap + gutter + column * (cellWidth + gap);
        }

        private int top(int row) {
            return 2 * gap + header + row * (cellHeight + gap);
        }
    }
}
