package io.dmm.pipeline;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Pictures on the straight line between two styles (DMM, arXiv 2504.12364, section 4.5). */
public final class Interpolation {
    private final StableDiffusion model;
    private final String from;
    private final String to;
    private int steps = 7;
    private List<String> prompts = List.of();
    private long seed;
    private double guidance = 7;

    /** Begins at the style {@code from} and ends at {@code to}. */
    public Interpolation(StableDiffusion model, String from, String to) {
        StyleMix.only(from).over(model.styles());
        StyleMix.only(to).over(model.styles());
        this.model = model;
        this.from = from;
        this.to = to;
    }

    /** Pictures per prompt, both ends included; at least 2. */
    public Interpolation steps(int count) {
        if (count < 2) {
            throw new IllegalArgumentException(
                    "interpolation: steps, expected at least 2 but was " + count);
        }
        steps = count;
        return this;
    }

    public Interpolation prompts(String... texts) {
        prompts = List.of(texts);
        return this;
    }

    /** The seed of every picture of a prompt. */
    public Interpolation seed(long value) {
        seed = value;
        return this;
    }

    /** Scale of the classifier-free guidance. */
    public Interpolation guidance(double scale) {
        guidance = scale;
        return this;
    }

    /** A row for each prompt, a column for each step. */
    public ImageGrid grid() {
        List<String> labels = new ArrayList<>();
        List<List<BufferedImage>> columns = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            double weight = (double) i / (steps - 1);
            labels.add(label(weight));
            columns.add(column(weight));
        }
        List<List<BufferedImage>> rows = new ArrayList<>();
        for (int row = 0; row < prompts.size(); row++) {
            int prompt = row;
            rows.add(columns.stream().map(column -> column.get(prompt)).toList());
        }
        return new ImageGrid(prompts, labels, rows);
    }

    private List<BufferedImage> column(double weight) {
        StyleMix mix =
                from.equals(to)
                        ? StyleMix.only(from)
                        : StyleMix.of(from, 1 - weight).and(to, weight);
        TextToImage request =
                model.sample(prompts.toArray(String[]::new))
                        .style(mix)
                        .seed(seed)
                        .guidance(guidance);
        return request.images(1).stream().map(GeneratedImage::image).toList();
    }

    private String label(double weight) {
        if (weight == 0) {
            return from;
        }
        return weight == 1 ? to : String.format(Locale.ROOT, "%.2f", weight);
    }
}
