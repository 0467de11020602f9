package io.dmm.pipeline;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Pictures on the straight line between two styles (DMM, arXiv 2504.12364, section 4.5); 7 for each
 * prompt by default.
 */
public final class Interpolation extends StyleSheet<Interpolation> {
    private final String from;
    private final String to;

    /** Begins at the style {@code from} and ends at {@code to}. */
    public Interpolation(StableDiffusion model, String from, String to) {
        super("interpolation", model, 7);
        StyleMix.only(from).over(model.styles());
        StyleMix.only(to).over(model.styles());
        this.from = from;
        this.to = to;
    }

    /** A row for each prompt, a column for each step. */
    @Override
    public ImageGrid grid() {
        List<String> labels = new ArrayList<>();
        List<List<BufferedImage>> columns = new ArrayList<>();
        for (double share : shares()) {
            labels.add(label(share));
            columns.add(draw(StyleMix.only(from).towards(to, share)));
        }
        List<List<BufferedImage>> rows = new ArrayList<>();
        for (int row = 0; row < prompts().size(); row++) {
            int prompt = row;
            rows.add(columns.stream().map(column -> column.get(prompt)).toList());
        }
        return new ImageGrid(prompts(), labels, rows);
    }

    private String label(double share) {
        if (share == 0) {
            return from;
        }
        return share == 1 ? to : String.format(Locale.ROOT, "%.2f", share);
    }

    @Override
    Interpolation self() {
        return this;
    }
}
