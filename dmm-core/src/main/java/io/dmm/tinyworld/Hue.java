package io.dmm.tinyworld;

import java.util.Locale;

/** The colour that a caption gives to its thing. */
enum Hue {
    RED("a", 0xD8392F, 0x9E2A2A),
    BLUE("a", 0x3568D4, 0x26489C),
    YELLOW("a", 0xF4D235, 0xD6A01C),
    GREEN("a", 0x2F9E4F, 0x1D6B3E),
    PURPLE("a", 0x8E44B8, 0x632C86),
    ORANGE("an", 0xF28A1E, 0xB75C14);

    private final String article;
    private final int rgb;
    private final int deep;

    Hue(String article, int rgb, int deep) {
        this.article = article;
        this.rgb = rgb;
        this.deep = deep;
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

    /** The same hue in shade. */
    int deep() {
        return deep;
    }
}
