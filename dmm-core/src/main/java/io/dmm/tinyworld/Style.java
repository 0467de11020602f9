package io.dmm.tinyworld;

/** How a picture is drawn; PLAIN is the base model's world, the others are one expert's each. */
enum Style {
    PLAIN(""),
    BUSINESS("flat business illustration"),
    INK("ink painting"),
    PIXEL("pixel art"),
    SCENERY("natural scenery");

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
}
