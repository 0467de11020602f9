package io.dmm.data;

import io.dmm.weights.ModelFileException;
import java.awt.image.BufferedImage;

/** A picture that is there when it is asked for: held in memory, or decoded each time. */
public interface Picture {
    int width();

    int height();

    /**
     * The pixels.
     *
     * @throws ModelFileException if they come of a file that can no longer be read
     */
    BufferedImage image();

    /** SHA-256 in hexadecimal digits of all that the pixels depend on. */
    String sha256();
}
