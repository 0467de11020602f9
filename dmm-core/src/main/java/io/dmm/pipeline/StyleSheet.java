package io.dmm.pipeline;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A sheet of the same pictures in many mixes of styles: what differs from the defaults is set, then
 * {@link #grid} draws it.
 *
 * @param <S> the kind of sheet
 */
abstract sealed class StyleSheet<S extends StyleSheet<S>> permits Interpolation, StyleExplorer {
    private final String name;
    private final StableDiffusion model;
    private int steps;
    private List<String> prompts = List.of();
    private long seed;
    private UnaryOperator<TextToImage> settings = UnaryOperator.identity();

    StyleSheet(String name, StableDiffusion model, int steps) {
        this.name = name;
        this.model = model;
        this.steps = steps;
    }

    /** Pictures from one end to the other, both included; at least 2. */
    public S steps(int count) {
        if (count < 2) {
            throw new IllegalArgumentException(
                    name + ": steps, expected at least 2 but was " + count);
        }
        steps = count;
        return self();
    }

    public S prompts(String... texts) {
        prompts = List.of(texts);
        return self();
    }

    /** The seed of every picture. */
    public S seed(long value) {
        seed = value;
        return self();
    }

    /**
     * All else that can be set for the pictures, such as {@code r -> r.guidance(4).steps(15)}.
     *
     * @param changes is applied to the request of each mix, whose style is set after it
     */
    public S settings(UnaryOperator<TextToImage> changes) {
        settings = changes;
        return self();
    }

    /** Draws the sheet. */
    public abstract ImageGrid grid();

    abstract S self();

    List<String> prompts() {
        return prompts;
    }

    /** How far each picture has gone from the one end to the other. */
    double[] shares() {
        double[] shares = new double[steps];
        for (int i = 0; i < steps; i++) {
            shares[i] = (double) i / (steps - 1);
        }
        return shares;
    }

    /** A picture of each prompt. */
    List<BufferedImage> draw(StyleMix mix) {
        TextToImage request = model.sample(prompts.toArray(String[]::new)).seed(seed);
        return settings.apply(request).style(mix).images(1).stream()
                .map(GeneratedImage::image)
                .toList();
    }
}
