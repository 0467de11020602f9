package io.dmm.pipeline;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Weights of styles by name (DMM, arXiv 2504.12364, section 4.5: ẽ = Σ w_i e_i with Σ w_i = 1).
 * Immutable.
 */
public final class StyleMix {
    private static final double TOLERANCE = 1e-3;

    private final Map<String, Double> weights;

    private StyleMix(Map<String, Double> weights) {
        this.weights = weights;
    }

    public static StyleMix of(String style, double weight) {
        return new StyleMix(Map.of()).and(style, weight);
    }

    /** One style alone. */
    public static StyleMix only(String style) {
        return of(style, 1);
    }

    /** Adds a style; a weight may be negative or above 1 to go beyond a style. */
    public StyleMix and(String style, double weight) {
        if (!Double.isFinite(weight)) {
            throw new IllegalArgumentException(
                    "style mix: weight of '" + style + "', expected a number but was " + weight);
        }
        Map<String, Double> more = new LinkedHashMap<>(weights);
        if (more.put(style, weight) != null) {
            throw new IllegalArgumentException(
                    "style mix: '" + style + "' is named twice, expected once");
        }
        return new StyleMix(more);
    }

    /**
     * A mix that lies between this one and a style alone.
     *
     * @param share how far it has gone to the style: 0 for this mix, 1 for the style
     */
    public StyleMix towards(String style, double share) {
        if (!Double.isFinite(share)) {
            throw new IllegalArgumentException(
                    "style mix: share of '" + style + "', expected a number but was " + share);
        }
        Map<String, Double> moved = new LinkedHashMap<>();
        weights.forEach((name, weight) -> moved.put(name, (1 - share) * weight));
        moved.merge(style, share, Double::sum);
        moved.values().removeIf(weight -> weight == 0);
        return new StyleMix(moved);
    }

    /** The weights by the styles' names, in the order they were given. */
    public Map<String, Double> weights() {
        return Collections.unmodifiableMap(weights);
    }

    /**
     * The weights in the order of a model's styles.
     *
     * @throws IllegalArgumentException for an unknown style or weights that do not sum to 1
     */
    float[] over(List<String> styles) {
        double sum = weights.values().stream().mapToDouble(Double::doubleValue).sum();
        if (Math.abs(sum - 1) > TOLERANCE) {
            throw new IllegalArgumentException(
                    "style mix: weights, expected a sum of 1 but was "
                            + Math.round(sum * 1e4) / 1e4
                            + " ("
                            + this
                            + ")");
        }
        float[] row = new float[styles.size()];
        weights.forEach((style, weight) -> row[index(styles, style)] = weight.floatValue());
        return row;
    }

    private static int index(List<String> styles, String style) {
        int index = styles.indexOf(style);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "style '"
                            + style
                            + "': expected "
                            + (styles.isEmpty()
                                    ? "none, this model has no styles"
                                    : "one of " + String.join(", ", styles)));
        }
        return index;
    }

    /**
     * Reads the form of {@link #toString}.
     *
     * @throws IllegalArgumentException if it is not of that form
     */
    static StyleMix parse(String text) {
        StyleMix mix = new StyleMix(Map.of());
        for (String entry : text.split("(?<!\\\\)\\|", -1)) {
            int colon = entry.lastIndexOf(':');
            if (colon < 0) {
                throw malformed(entry);
            }
            try {
                String style = entry.substring(0, colon).replaceAll("\\\\(.)", "$1");
                mix = mix.and(style, Double.parseDouble(entry.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw malformed(entry);
            }
        }
        return mix;
    }

    private static IllegalArgumentException malformed(String entry) {
        return new IllegalArgumentException(
                "style mix: expected style:weight but was '" + entry + "'");
    }

    /** In words, {@code ink 0.30, pixel 0.70}; of one style alone its name. */
    public String words() {
        if (weights.size() == 1 && weights.containsValue(1.0)) {
            return weights.keySet().iterator().next();
        }
        return weights.entrySet().stream()
                .map(
                        style ->
                                String.format(
                                        Locale.ROOT, "%s %.2f", style.getKey(), style.getValue()))
                .collect(Collectors.joining(", "));
    }

    /**
     * The form of the PNG parameters, for example {@code ink:0.3|pixel:0.7}; a bar or backslash in
     * a name has a backslash before it.
     */
    @Override
    public String toString() {
        return weights.entrySet().stream()
                .map(
                        entry ->
                                entry.getKey().replaceAll("[\\\\|]", "\\\\$0")
                                        + ":"
                                        + entry.getValue())
                .collect(Collectors.joining("|"));
    }
}
