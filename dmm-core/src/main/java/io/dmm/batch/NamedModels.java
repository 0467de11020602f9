package io.dmm.batch;

import io.dmm.Expert;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tinyworld.TinyWorld;
import java.nio.file.Path;
import java.util.List;

/**
 * A base and its experts as scripts are told them: {@code BASE}, and {@code NAME=EXPERT} for each.
 *
 * <p>The word {@code tinyworld} stands for the embedded base, whose experts need no path.
 */
public final class NamedModels {
    private static final String TINY_WORLD = "tinyworld";

    private final String base;
    private final List<Path> donors;
    private final TinyWorld world;
    private final List<Expert> experts;

    /**
     * Reads the words.
     *
     * @param donors of what the base lacks
     * @param usage is told with a word that names no expert
     * @throws IllegalArgumentException if there is one
     */
    public NamedModels(String base, List<Path> donors, List<String> experts, String usage) {
        this.base = base;
        this.donors = List.copyOf(donors);
        this.world = isTinyWorld(base) ? TinyWorld.open() : null;
        this.experts = experts.stream().map(word -> expert(word, usage)).toList();
    }

    /** Whether a word stands for what is embedded. */
    public static boolean isTinyWorld(String word) {
        return word.equals(TINY_WORLD);
    }

    private Expert expert(String word, String usage) {
        int sign = word.indexOf('=');
        if (sign > 0) {
            return Expert.of(word.substring(0, sign), Path.of(word.substring(sign + 1)));
        }
        List<Expert> embedded = isTiny() ? world.allExperts() : List.of();
        return embedded.stream()
                .filter(expert -> expert.name().equals(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "'" + word + "': expected NAME=EXPERT; " + usage));
    }

    boolean isTiny() {
        return world != null;
    }

    public List<Expert> experts() {
        return experts;
    }

    /** Loads the base model; the caller closes it. */
    public StableDiffusion openBase() {
        return isTiny()
                ? world.base()
                : StableDiffusion.load(Path.of(base), donors.toArray(Path[]::new));
    }
}
