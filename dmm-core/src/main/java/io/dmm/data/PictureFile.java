package io.dmm.data;

import io.dmm.weights.ModelFileException;
import io.dmm.weights.Sha256;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A picture of a file, cropped and scaled to a square each time it is asked for.
 *
 * @param size width and height of the square
 */
record PictureFile(Path file, int size, String sha256) implements Picture {
    /** Is part of the hash: a change of how squares are made changes it. */
    private static final String RECIPE = "centre square, Lanczos, over white, 2";

    /**
     * Decodes a file once to see that it can be.
     *
     * @throws IOException saying what is wrong with it
     */
    static PictureFile check(Path file, int size) throws IOException {
        SquareReader.checkDecodes(file);
        String hash = new Fingerprint().add(RECIPE).add(size).add(Sha256.of(file)).hex();
        return new PictureFile(file, size, hash);
    }

    @Override
    public int width() {
        return size;
    }

    @Override
    public int height() {
        return size;
    }

    @Override
    public BufferedImage image() {
        try {
            return SquareReader.read(file, size);
        } catch (IOException e) {
            throw new ModelFileException(
                    file + ": could be read before but now: " + e.getMessage(), e);
        }
    }
}
