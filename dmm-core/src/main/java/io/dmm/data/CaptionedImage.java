package io.dmm.data;

import java.awt.image.BufferedImage;
import java.util.Objects;

/** A picture and the text that describes it. */
public record CaptionedImage(Picture picture, String caption) {
    public CaptionedImage {
        Objects.requireNonNull(picture, "picture");
        Objects.requireNonNull(caption, "caption");
    }

    /** A picture that is held in memory; what is transparent of it is learned as white. */
    public CaptionedImage(BufferedImage image, String caption) {
        this(new PictureInMemory(image), caption);
    }

    /** The picture's pixels; those of a file are decoded at each call. */
    public BufferedImage image() {
        return picture.image();
    }
}
