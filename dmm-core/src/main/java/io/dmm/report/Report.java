package io.dmm.report;

import io.dmm.weights.AtomicFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * The page that shows a run: figures, pictures and settings, with nothing fetched from elsewhere.
 *
 * @param introduction a few sentences for a reader who has not seen the command
 * @param pictures the pictures in the order to show them
 */
public record Report(
        String title, String introduction, RunSummary summary, List<Picture> pictures) {
    /**
     * A picture file beside the page.
     *
     * @param file its name within the page's folder, such as {@code styles.png}
     */
    public record Picture(String file, String heading, String caption) {
        public Picture {
            Objects.requireNonNull(file, "file");
            Objects.requireNonNull(heading, "heading");
            Objects.requireNonNull(caption, "caption");
        }
    }

    public Report {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(introduction, "introduction");
        Objects.requireNonNull(summary, "summary");
        pictures = List.copyOf(pictures);
    }

    /**
     * Writes {@code report.html} and {@code summary.json}.
     *
     * @throws IllegalArgumentException if a picture is not in the folder
     * @throws UncheckedIOException if a file cannot be written
     */
    public void save(Path folder) {
        for (Picture picture : pictures) {
            if (!Files.isRegularFile(folder.resolve(picture.file()))) {
                throw new IllegalArgumentException(
                        "Report: "
                                + folder.resolve(picture.file())
                                + ": expected a picture but there is no such file");
            }
        }
        String page = new ReportPage(this).html();
        AtomicFile.write(
                folder.resolve("summary.json"), summary.toJson().getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(folder.resolve("report.html"), page.getBytes(StandardCharsets.UTF_8));
    }
}
