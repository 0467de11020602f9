package io.dmm.data;

import java.awt.image.BufferedImage;
import java.util.Objects;

/** A picture that is held. */
record PictureInMemory(BufferedImage image) implements Picture {
    PictureInMemory {
        Objects.requireNonNull(image, "image");
    }

    @Override
    public int width() {
        return image.getWidth();
    }

    @Override
    public int height() {
        return image.getHeight();
    }

    @Override
    public String sha256() {
        return new Fingerprint()
                .add("pixels")
                .add(width())
                .add(height())
                .add(Colors.rgb(image, 0, height()))
                .hex();
    }
}
