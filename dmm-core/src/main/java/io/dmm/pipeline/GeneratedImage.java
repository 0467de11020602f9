package io.dmm.pipeline;

import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A picture and what made it.
 *
 * @param parameters prompt and settings in the form of A1111's PNG text
 */
public record GeneratedImage(BufferedImage image, String parameters) {

    /** Prompt and settings by name. */
    public GenerationSettings settings() {
        return GenerationSettings.parse(parameters);
    }

    /**
     * Writes a PNG that carries the parameters.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public void save(Path file) {
        PngParameters.write(file, image, parameters);
    }
}
