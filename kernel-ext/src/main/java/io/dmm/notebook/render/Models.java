package io.dmm.notebook.render;

import ai.djl.ndarray.types.Shape;
import io.dmm.Expert;
import io.dmm.MergedModel;
import io.dmm.pipeline.HeatMap;
import io.dmm.pipeline.LabelledMatrix;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.report.Html;
import io.dmm.weights.ModelDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Models and what is in them, as tables. */
final class Models {
    private Models() {}

    static Bundle of(StableDiffusion model) {
        return Table.bundle(List.of(parts("Stable Diffusion", model)));
    }

    /** How alike its styles are, under a line of its sizes. */
    static Bundle of(MergedModel merged) {
        LabelledMatrix similarity = merged.styleSimilarity();
        String title =
                "Merged model: %d styles, UNet of %s parameters"
                        .formatted(
                                merged.styles().size(),
                                count(size(merged.pipeline().unet().shapes())));
        LabelledMatrix titled = similarity.withTitle(title + "; how alike its styles are");
        return Picture.sharp(new HeatMap(titled).image())
                .bundle(
                        title
                                + ": "
                                + String.join(", ", merged.styles())
                                + "\n\n"
                                + parts("", merged.pipeline()).text());
    }

    static Bundle of(Expert expert) {
        return ofExperts(List.of(expert));
    }

    static Bundle ofExperts(List<Expert> experts) {
        List<List<String>> rows =
                experts.stream()
                        .map(
                                expert ->
                                        List.of(
                                                expert.name(),
                                                expert.origin(),
                                                number(expert.clipSkip()),
                                                number(expert.weight())))
                        .toList();
        return Table.bundle(
                List.of(
                        new Table(
                                experts.size() == 1 ? "Expert" : experts.size() + " experts",
                                List.of("name", "read from", "clip skip", "weight in a batch"),
                                rows)));
    }

    /** A file's metadata is whatever its author wrote. */
    static Bundle of(ModelDescription description) {
        List<List<String>> parts = new ArrayList<>();
        for (ModelDescription.Part part : description.parts()) {
            parts.add(
                    List.of(
                            part.name(),
                            count(part.parameters()),
                            Integer.toString(part.tensors()),
                            part.dtypes().keySet().toString().replaceAll("[\\[\\]]", ""),
                            String.format(Locale.ROOT, "%,.1f MB", part.bytes() / 1e6)));
        }
        List<Table> tables = new ArrayList<>();
        tables.add(
                new Table(
                        description.path().getFileName() + ": " + description.kind().noun(),
                        List.of("part", "parameters", "tensors", "type", "size"),
                        parts));
        if (!description.metadata().isEmpty()) {
            tables.add(metadata(description));
        }
        Html html = Html.join(tables.stream().map(Table::html).toList());
        return Bundle.html(html.source(), description.toString());
    }

    private static Table metadata(ModelDescription description) {
        List<List<String>> rows = new ArrayList<>();
        description.metadataInShort().forEach((key, value) -> rows.add(List.of(key, value)));
        int more = description.metadata().size() - rows.size();
        if (more > 0) {
            rows.add(List.of("…", more + " keys more"));
        }
        return new Table("Metadata", List.of(), rows);
    }

    private static Table parts(String title, StableDiffusion model) {
        List<List<String>> rows =
                List.of(
                        part("UNet", model.unet().shapes()),
                        part("text encoder", model.textEncoder().shapes()),
                        part("autoencoder", model.vae().shapes()));
        return new Table(title, List.of("part", "parameters", "tensors"), rows);
    }

    private static List<String> part(String name, Map<String, Shape> shapes) {
        return List.of(name, count(size(shapes)), Integer.toString(shapes.size()));
    }

    private static long size(Map<String, Shape> shapes) {
        return shapes.values().stream().mapToLong(Shape::size).sum();
    }

    private static String count(long parameters) {
        return parameters < 1_000_000
                ? String.format(Locale.ROOT, "%,d", parameters)
                : String.format(Locale.ROOT, "%,.1f million", parameters / 1e6);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
