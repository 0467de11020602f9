package io.dmm.tinyworld;

/** Where in the picture the thing stands. */
enum Place {
    LEFT("on the left", 16.5),
    MIDDLE("in the middle", 32),
    RIGHT("on the right", 47.5);

    private final String words;
    private final double x;

    Place(String words, double x) {
        this.words = words;
        this.x = x;
    }

    String words() {
        return words;
    }

    /** The x at which the thing is centred, in pixels. */
    double x() {
        return x;
    }
}
