package io.dmm.tinyworld;

import java.util.Locale;

/** The colour that a caption gives to its thing. */
enum Hue {
    RED("a", 0xD8392F),
    BLUE("a", 0x3568D4),
    YELLOW("a", 0xF4D235),
    GREEN("a", 0x2F9E4F),
    PURPLE("a", 0x8E44B8),
    ORANGE("an", 0xF28A1E);

    private final String article;
    private final int rgb;

    Hue(String article, int rgb) {
        this.article = article;
        this.rgb = rgb;
    }

    String article() {
        return article;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The pure colour as 0xRRGGBB; each style derives its own tones from it. */
    int rgb() {
        return rgb;
    }
}
