package io.dmm.tinyworld;

/** The land around the thing. */
enum Backdrop {
    SEA("by the sea"),
    DESERT("in the desert"),
    MOUNTAINS("in the mountains"),
    MEADOW("on a meadow");

    private final String words;

    Backdrop(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /** The one of four colours that belongs to this backdrop. */
    int pick(int sea, int desert, int mountains, int meadow) {
        return switch (this) {
            case SEA -> sea;
            case DESERT -> desert;
            case MOUNTAINS -> mountains;
            case MEADOW -> meadow;
        };
    }
}
