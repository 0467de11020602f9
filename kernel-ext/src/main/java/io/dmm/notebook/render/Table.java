package io.dmm.notebook.render;

import io.dmm.report.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A small table: the first column names, the others say.
 *
 * @param title above it; may be blank
 * @param head one text a column; empty for none
 */
record Table(String title, List<String> head, List<List<String>> rows) {
    private static final String CELL = "text-align:left;padding:3px 16px 3px 0";

    Table {
        head = List.copyOf(head);
        rows = rows.stream().map(List::copyOf).toList();
    }

    Html html() {
        return Html.format(
                "<div>%s<table style=\"margin:4px 0 10px\">%s<tbody>%s</tbody></table></div>",
                title.isBlank() ? new Html("") : Html.format("<b>%s</b>", title),
                head.isEmpty()
                        ? new Html("")
                        : Html.format("<thead>%s</thead>", row("th", "th", head)),
                Html.join(rows.stream().map(row -> row("th", "td", row)).toList()));
    }

    private static Html row(String first, String other, List<String> cells) {
        List<Html> all = new ArrayList<>();
        for (String cell : cells) {
            Html tag = new Html(all.isEmpty() ? first : other);
            all.add(Html.format("<%s style=\"%s\">%s</%s>", tag, CELL, cell, tag));
        }
        return Html.format("<tr>%s</tr>", Html.join(all));
    }

    String text() {
        List<List<String>> all = new ArrayList<>();
        if (!head.isEmpty()) {
            all.add(head);
        }
        all.addAll(rows);
        int columns = all.stream().mapToInt(List::size).max().orElse(0);
        int[] widths =
                IntStream.range(0, columns)
                        .map(column -> all.stream().mapToInt(r -> r.get(column).length()).max().orElse(0))
                        .toArray();
        String lines =
                all.stream().map(row -> line(row, widths)).collect(Collectors.joining("\n"));
        return title.isBlank() ? lines : title + "\n" + lines;
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
        }
        return line.toString().stripTrailing();
    }

    static Bundle bundle(List<Table> tables) {
        return Bundle.html(
                Html.join(tables.stream().map(Table::html).toList()).source(),
                tables.stream().map(Table::text).collect(Collectors.joining("\n\n")));
    }
}
