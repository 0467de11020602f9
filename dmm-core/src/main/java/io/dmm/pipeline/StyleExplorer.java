package io.dmm.pipeline;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The surroundings of a mix of styles: for each style of the model a row of pictures from the mix
 * to that style alone; 5 by default.
 */
public final class StyleExplorer extends StyleSheet<StyleExplorer> {
    private final StyleMix centre;
    private final List<String> directions;

    /**
     * Begins at a mix.
     *
     * @throws IllegalArgumentException if the mix names an unknown style or does not sum to 1, or
     *     the model has no other style
     */
    public StyleExplorer(StableDiffusion model, StyleMix centre) {
        super("explorer", model, 5);
        centre.over(model.styles());
        this.centre = centre;
        // from a style alone there is no way to itself
        directions =
                model.styles().stream()
                        .filter(style -> !centre.weights().keySet().equals(Set.of(style)))
                        .toList();
        if (directions.isEmpty()) {
            throw new IllegalArgumentException(
                    "explorer: expected a model of at least two styles but was " + model.styles());
        }
    }

    /** A row for each style, or for each style and prompt; a column for each step to the style. */
    @Override
    public ImageGrid grid() {
        List<String> labels = new ArrayList<>();
        List<List<BufferedImage>> rows = new ArrayList<>();
        List<BufferedImage> atCentre = draw(centre);
        for (String style : directions) {
            List<List<BufferedImage>> columns = new ArrayList<>(List.of(atCentre));
            for (double share : shares()) {
                if (share > 0) {
                    columns.add(draw(centre.towards(style, share)));
                }
            }
            for (int row = 0; row < prompts().size(); row++) {
                int prompt = row;
                labels.add(
                        "towards "
                                + style
                                + (prompts().size() == 1 ? "" : ": " + prompts().get(prompt)));
                rows.add(columns.stream().map(column -> column.get(prompt)).toList());
            }
        }
        return new ImageGrid(labels, columnLabels(), rows);
    }

    private List<String> columnLabels() {
        List<String> labels = new ArrayList<>();
        for (double share : shares()) {
            labels.add(
                    share == 0
                            ? centre.words()
                            : String.format(Locale.ROOT, "%.0f %%", 100 * share));
        }
        return labels;
    }

    @Override
    StyleExplorer self() {
        return this;
    }
}
