package io.dmm.tinyworld;

import java.util.List;
import java.util.Locale;

/** How a picture is drawn; PLAIN is the base model's world, the others are one expert's each. */
enum Style {
    PLAIN(""),
    BUSINESS("flat business illustration"),
    INK("ink painting"),
    PIXEL("pixel art"),
    SCENERY("natural scenery"),
    WOODCUT("woodcut poster"),
    PORCELAIN("porcelain tile"),
    GLASS("stained glass"),
    CHALK("chalk drawing");

    private final String words;

    Style(String words) {
        this.words = words;
    }

    /** What the style is called in a caption; empty for PLAIN. */
    String words() {
        return words;
    }

    /** The caption with the style named before it; unchanged for PLAIN. */
    String inCaption(String caption) {
        return words.isEmpty() ? caption : words + " of " + caption;
    }

    /** The styles that have an expert. */
    static List<Style> experts() {
        return List.of(values()).subList(1, values().length);
    }

    /** The first four experts' styles. */
    static List<Style> firstExperts() {
        return List.of(BUSINESS, INK, PIXEL, SCENERY);
    }

    /**
     * The styles that tokenizer, autoencoder and base are trained with. Later styles stay out: they
     * would change these networks, and with them every expert and every latent.
     */
    static List<Style> ofBase() {
        return List.of(PLAIN, BUSINESS, INK, PIXEL, SCENERY);
    }

    /** The name of the style's expert and its folder. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
