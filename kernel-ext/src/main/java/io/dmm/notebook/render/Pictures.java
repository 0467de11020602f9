package io.dmm.notebook.render;

import ai.djl.modality.cv.Image;
import io.dmm.distill.LossChart;
import io.dmm.distill.StepMetrics;
import io.dmm.eval.FidMatrix;
import io.dmm.pipeline.GeneratedImage;
import io.dmm.pipeline.GenerationSettings;
import io.dmm.pipeline.HeatMap;
import io.dmm.pipeline.ImageGrid;
import io.dmm.pipeline.LabelledMatrix;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.jfree.chart.JFreeChart;

/** Values that are pictures or are drawn as one. */
final class Pictures {
    /** About how wide the pictures of a grid are shown, all together and each. */
    private static final int GRID_POINTS = 900;

    private static final int MAX_CELL_POINTS = 256;
    private static final int CHART_WIDTH = 880;
    private static final int CHART_HEIGHT = 480;

    private Pictures() {}

    static Bundle of(GeneratedImage image) {
        return Picture.of(image.image()).withParameters(image.parameters()).bundle(text(image));
    }

    /**
     * @param more a line on those that are not shown
     */
    static Bundle ofAll(List<GeneratedImage> images, String more) {
        List<PictureSheet.Entry> entries =
                images.stream()
                        .map(image -> new PictureSheet.Entry(image.image(), caption(image)))
                        .toList();
        List<String> texts = images.stream().map(Pictures::text).toList();
        return new PictureSheet(entries).picture().bundle(String.join("\n", texts) + more);
    }

    static Bundle of(ImageGrid grid) {
        return picture(grid)
                .bundle(
                        "grid of %d × %d pictures; rows: %s; columns: %s"
                                .formatted(
                                        grid.rowLabels().size(),
                                        grid.columnLabels().size(),
                                        String.join(" | ", grid.rowLabels()),
                                        String.join(" | ", grid.columnLabels())));
    }

    /**
     * Small pictures are enlarged, to fill the column; large ones are shown as they are or smaller.
     */
    private static Picture picture(ImageGrid grid) {
        int cell = grid.cells().get(0).get(0).getWidth();
        int across = cell * grid.columnLabels().size();
        if (cell >= MAX_CELL_POINTS || across * grid.zoom() > GRID_POINTS) {
            return Picture.fitted(grid.image());
        }
        int zoom = Math.min(MAX_CELL_POINTS / cell, Math.round((float) GRID_POINTS / across));
        zoom = Math.max(grid.zoom(), Math.min(ImageGrid.MAX_ZOOM, zoom));
        return Picture.sharp(grid.withZoom(zoom).image(Picture.SHARP));
    }

    static Bundle of(LossChart chart) {
        List<StepMetrics> steps = chart.metrics();
        StepMetrics last = steps.get(steps.size() - 1);
        String losses =
                chart.view() == LossChart.View.EXPERTS
                        ? scores(last)
                        : String.format(Locale.ROOT, "loss %.4g", last.loss());
        return Picture.sharp(chart.image())
                .bundle(chart.title() + ": " + losses + " at step " + last.step());
    }

    private static String scores(StepMetrics step) {
        return step.losses().entrySet().stream()
                .filter(part -> part.getKey().startsWith(StepMetrics.SCORE_OF))
                .map(
                        part ->
                                String.format(
                                        Locale.ROOT,
                                        "%s %.4g",
                                        part.getKey().substring(StepMetrics.SCORE_OF.length()),
                                        part.getValue()))
                .collect(Collectors.joining(", "));
    }

    static Bundle of(LabelledMatrix matrix) {
        return of(new HeatMap(matrix));
    }

    static Bundle of(HeatMap map) {
        return Picture.sharp(map.image()).bundle(map.matrix().toString());
    }

    /** Both matrices side by side, with their traces. */
    static Bundle of(FidMatrix fid) {
        BufferedImage styles = drawn(fid.styles(), "FIDt %.4g: styles and experts", fid.total());
        BufferedImage reference =
                drawn(fid.reference(), "FIDt %.4g: experts drawn twice", fid.referenceTotal());
        return Picture.sharp(beside(styles, reference)).bundle(fid.toString());
    }

    private static BufferedImage drawn(LabelledMatrix matrix, String title, double trace) {
        return new HeatMap(matrix.withTitle(String.format(Locale.ROOT, title, trace))).image();
    }

    private static BufferedImage beside(BufferedImage left, BufferedImage right) {
        BufferedImage both =
                new BufferedImage(
                        left.getWidth() + right.getWidth(),
                        Math.max(left.getHeight(), right.getHeight()),
                        BufferedImage.TYPE_INT_RGB);
        Graphics2D g = both.createGraphics();
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, both.getWidth(), both.getHeight());
            g.drawImage(left, 0, 0, null);
            g.drawImage(right, left.getWidth(), 0, null);
        } finally {
            g.dispose();
        }
        return both;
    }

    static Bundle of(BufferedImage image) {
        return Picture.of(image)
                .bundle("picture of %d×%d pixels".formatted(image.getWidth(), image.getHeight()));
    }

    static Bundle of(JFreeChart chart) {
        BufferedImage image =
                new BufferedImage(
                        Picture.SHARP * CHART_WIDTH,
                        Picture.SHARP * CHART_HEIGHT,
                        BufferedImage.TYPE_INT_ARGB);
        Graphics2D g = image.createGraphics();
        try {
            g.scale(Picture.SHARP, Picture.SHARP);
            chart.draw(g, new Rectangle2D.Double(0, 0, CHART_WIDTH, CHART_HEIGHT));
        } finally {
            g.dispose();
        }
        String title = chart.getTitle() == null ? "chart" : chart.getTitle().getText();
        return Picture.sharp(image).bundle(title);
    }

    static Bundle of(Image image) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            image.save(png, "png");
            return of(ImageIO.read(new ByteArrayInputStream(png.toByteArray())));
        } catch (IOException e) {
            throw new UncheckedIOException("show: the picture cannot be encoded", e);
        }
    }

    /** Prompt, then style and seed. */
    private static List<String> caption(GeneratedImage image) {
        GenerationSettings settings = image.settings();
        List<String> facts = new ArrayList<>();
        settings.style().ifPresent(style -> facts.add(style.words()));
        if (settings.values().containsKey("Seed")) {
            facts.add("seed " + settings.values().get("Seed"));
        }
        return List.of(settings.prompt(), String.join(" · ", facts));
    }

    private static String text(GeneratedImage image) {
        List<String> caption = caption(image);
        return caption.get(1).isEmpty()
                ? caption.get(0)
                : "%s (%s)".formatted(caption.get(0), caption.get(1));
    }
}
