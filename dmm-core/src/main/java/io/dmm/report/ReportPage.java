package io.dmm.report;

import io.dmm.distill.Progress;
import io.dmm.report.Report.Picture;
import io.dmm.report.RunSummary.ExpertFigures;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The HTML of a {@link Report}. */
record ReportPage(Report report) {
    private static final String STYLE = "report.css";

    String html() {
        return Html.format(
                        """
                        <!DOCTYPE html>
                        <html lang="en">
                        <head>
                        <meta charset="utf-8">
                        <meta name="viewport" content="width=device-width, initial-scale=1">
                        <meta name="color-scheme" content="light dark">
                        <title>%s</title>
                        <style>
                        %s</style>
                        </head>
                        <body>
                        <main>
                        <h1>%s</h1>
                        <p class="lead">%s</p>
                        %s%s%s%s</main>
                        </body>
                        </html>
                        """,
                        report.title(),
                        style(),
                        report.title(),
                        report.introduction(),
                        facts(),
                        experts(),
                        pictures(),
                        settings())
                .source();
    }

    private Html facts() {
        RunSummary run = report.summary();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("time", time(run.seconds()));
        facts.put("peak memory", number("%,.0f MB", run.peakMemory().megabytes()));
        facts.put("training", number("%,.1f samples/s", run.samplesPerSecond()));
        List<Html> items =
                facts.entrySet().stream()
                        .map(
                                fact ->
                                        Html.format(
                                                "<div><dt>%s</dt><dd>%s</dd></div>\n",
                                                fact.getKey(), fact.getValue()))
                        .toList();
        return Html.format("<dl class=\"facts\">\n%s</dl>\n", Html.join(items));
    }

    private Html experts() {
        if (report.summary().experts().isEmpty()) {
            return new Html("");
        }
        return Html.format(
                """
                <h2>How near the merged model is to each expert</h2>
                <p>The closed gap is 100 %% where the merged model predicts what the expert predicts, and
                0 %% where it is no nearer than the base.</p>
                <div class="scroll"><table>
                <thead><tr><th>expert</th><th>closed gap, common pictures</th>\
                <th>closed gap, its own pictures</th></tr></thead>
                <tbody>
                %s</tbody>
                </table></div>
                """,
                Html.join(report.summary().experts().stream().map(ReportPage::row).toList()));
    }

    private static Html row(ExpertFigures expert) {
        return Html.format(
                "<tr><th>%s</th><td>%s</td><td>%s</td></tr>\n",
                expert.name(),
                number("%.1f %%", 100 * expert.closedGap()),
                number("%.1f %%", 100 * expert.ownClosedGap()));
    }

    private Html pictures() {
        return Html.join(report.pictures().stream().map(ReportPage::figure).toList());
    }

    private static Html figure(Picture picture) {
        String link = URLEncoder.encode(picture.file(), StandardCharsets.UTF_8).replace("+", "%20");
        return Html.format(
                """
                <h2>%s</h2>
                <figure>
                <a href="%s"><img src="%s" alt="%s"></a>
                <figcaption>%s</figcaption>
                </figure>
                """,
                picture.heading(), link, link, picture.heading(), picture.caption());
    }

    private Html settings() {
        RunSummary run = report.summary();
        Map<String, String> rows = new LinkedHashMap<>(run.settings());
        rows.put("peak memory counts", run.peakMemory().source());
        List<Html> cells =
                rows.entrySet().stream()
                        .map(
                                row ->
                                        Html.format(
                                                "<tr><th>%s</th><td class=\"text\">%s</td></tr>\n",
                                                row.getKey(), row.getValue()))
                        .toList();
        return Html.format(
                """
                <h2>Settings</h2>
                <div class="scroll"><table>
                <tbody>
                %s</tbody>
                </table></div>
                """,
                Html.join(cells));
    }

    private static String time(double seconds) {
        return seconds < 59.95
                ? number("%.1f s", seconds)
                : Progress.words(Duration.ofSeconds(Math.round(seconds)));
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static Html style() {
        try (InputStream css = ReportPage.class.getResourceAsStream(STYLE)) {
            return new Html(new String(css.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("Report: cannot read its style sheet " + STYLE, e);
        }
    }
}
