package io.dmm.pipeline;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.DoubleFunction;

/**
 * Numbers in rows and columns that have names, such as how alike the styles of a model are; {@link
 * HeatMap} draws it.
 *
 * @param values row by row; not a number where there is no value
 */
public record LabelledMatrix(
        String title,
        List<String> rowLabels,
        List<String> columnLabels,
        List<List<Double>> values) {
    private static final String NO_VALUE = "none";

    public LabelledMatrix {
        Objects.requireNonNull(title, "title");
        rowLabels = List.copyOf(rowLabels);
        columnLabels = List.copyOf(columnLabels);
        values = values.stream().map(List::copyOf).toList();
        if (rowLabels.isEmpty() || columnLabels.isEmpty()) {
            throw new IllegalArgumentException(
                    "LabelledMatrix '" + title + "': expected at least one row and one column");
        }
        requireCount(title, "rows", rowLabels.size(), values.size());
        for (int row = 0; row < values.size(); row++) {
            requireCount(
                    title, "values in row " + row, columnLabels.size(), values.get(row).size());
            if (values.get(row).stream().anyMatch(value -> Double.isInfinite(value))) {
                throw new IllegalArgumentException(
                        "LabelledMatrix '%s': row %d, expected finite values but was %s"
                                .formatted(title, row, values.get(row)));
            }
        }
    }

    private static void requireCount(String title, String what, int labels, int found) {
        if (labels != found) {
            throw new IllegalArgumentException(
                    "LabelledMatrix '%s': %s, expected %d as there are labels but was %d"
                            .formatted(title, what, labels, found));
        }
    }

    /** The same numbers under another title. */
    public LabelledMatrix withTitle(String other) {
        return new LabelledMatrix(other, rowLabels, columnLabels, values);
    }

    /** The value at a place, counted from 0; not a number where there is none. */
    public double value(int row, int column) {
        return values.get(row).get(column);
    }

    /** Least and greatest of the values there are. */
    DoubleSummaryStatistics range() {
        return values.stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .filter(value -> !Double.isNaN(value))
                .summaryStatistics();
    }

    /**
     * How values are shown: with three significant digits for the greatest, and two at least beside
     * one of 100 or more; small ones as 1.23e-05.
     */
    DoubleFunction<String> texts() {
        DoubleSummaryStatistics range = range();
        double greatest = Math.max(Math.abs(range.getMin()), Math.abs(range.getMax()));
        int digits = greatest > 0 ? (int) Math.floor(Math.log10(greatest)) : 0;
        int decimals = Math.max(0, 2 - digits);
        return value -> {
            if (Double.isNaN(value)) {
                return NO_VALUE;
            }
            double size = Math.abs(value);
            int places = decimals > 0 || size >= 10 || size == 0 ? decimals : size < 1 ? 2 : 1;
            String format = digits < -3 ? "%.2e" : "%." + places + "f";
            String text = String.format(Locale.ROOT, format, value);
            return text.matches("-[0.]+") ? text.substring(1) : text;
        };
    }

    /** The matrix as a table of text. */
    @Override
    public String toString() {
        DoubleFunction<String> shown = texts();
        int first = width(rowLabels);
        StringBuilder table = new StringBuilder(title).append('\n').append(" ".repeat(first));
        List<Integer> widths = new ArrayList<>();
        for (int column = 0; column < columnLabels.size(); column++) {
            List<String> texts = new ArrayList<>(List.of(columnLabels.get(column)));
            for (List<Double> row : values) {
                texts.add(shown.apply(row.get(column)));
            }
            widths.add(width(texts));
            table.append("  ").append(padded(texts.get(0), widths.get(column)));
        }
        for (int row = 0; row < rowLabels.size(); row++) {
            String label = rowLabels.get(row);
            table.append('\n').append(label).append(" ".repeat(first - label.length()));
            for (int column = 0; column < columnLabels.size(); column++) {
                String text = shown.apply(value(row, column));
                table.append("  ").append(padded(text, widths.get(column)));
            }
        }
        return table.append('\n').toString();
    }

    private static int width(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(0);
    }

    private static String padded(String text, int width) {
        return " ".repeat(width - text.length()) + text;
    }
}
