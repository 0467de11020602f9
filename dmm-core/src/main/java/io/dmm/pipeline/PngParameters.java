package io.dmm.pipeline;

import io.dmm.weights.AtomicFile;
import io.dmm.weights.ModelFileException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.Node;

/**
 * PNG files that say how they were made: the text chunk {@code parameters} of AUTOMATIC1111's web
 * interface, written as iTXt (UTF-8) and read from iTXt, tEXt or zTXt.
 */
public final class PngParameters {
    private static final String KEYWORD = "parameters";
    private static final Set<String> COMFY = Set.of("prompt", "workflow");
    private static final String FORMAT = "javax_imageio_png_1.0";

    private PngParameters() {}

    /**
     * Writes a PNG file with its parameters, if any; an existing file is replaced at one stroke.
     *
     * @param file a name that ends in {@code .png}
     * @throws UncheckedIOException if it cannot be written
     */
    public static void write(Path file, BufferedImage image, String parameters) {
        requirePng(file);
        AtomicFile.write(file, encode(image, parameters));
    }

    private static void requirePng(Path file) {
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(
                    file + ": expected a file to write but is a folder; add a name");
        }
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw new IllegalArgumentException(
                    file
                            + ": expected a name that ends in .png; pictures are written as PNG alone");
        }
    }

    /** Returns the bytes of a PNG file with its parameters; the same input gives the same bytes. */
    public static byte[] encode(BufferedImage image, String parameters) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            IIOMetadata metadata =
                    writer.getDefaultImageMetadata(
                            ImageTypeSpecifier.createFromRenderedImage(image), null);
            if (!parameters.isEmpty()) {
                metadata.mergeTree(FORMAT, textTree(parameters));
            }
            writer.setOutput(out);
            writer.write(new IIOImage(image, null, metadata));
        } catch (IOException e) {
            throw new UncheckedIOException("PngParameters: cannot encode the picture", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what made the picture of a PNG file, for {@link
     * StableDiffusion#sample(GenerationSettings)}.
     *
     * @throws ModelFileException if the file cannot be read, is no PNG file, is damaged or does not
     *     say it
     * @throws IllegalArgumentException if what it says is not of that form
     */
    public static GenerationSettings read(Path file) {
        return GenerationSettings.parse(text(file).orElseThrow(() -> silent(file)));
    }

    private static ModelFileException silent(Path file) {
        return new ModelFileException(
                file
                        + ": expected a text 'parameters' but was none; "
                        + (PngText.has(file, COMFY)
                                ? "the picture says it in ComfyUI's form, only A1111's is read"
                                : "the picture does not say how it was made"));
    }

    /**
     * The parameters of a PNG file as they are, if it has any.
     *
     * @throws ModelFileException if the file cannot be read, is no PNG file or damaged
     */
    public static Optional<String> text(Path file) {
        return PngText.read(file, KEYWORD);
    }

    private static Node textTree(String parameters) {
        IIOMetadataNode entry = new IIOMetadataNode("iTXtEntry");
        entry.setAttribute("keyword", KEYWORD);
        entry.setAttribute("compressionFlag", "FALSE");
        entry.setAttribute("compressionMethod", "0");
        entry.setAttribute("languageTag", "");
        entry.setAttribute("translatedKeyword", "");
        entry.setAttribute("text", parameters);
        IIOMetadataNode texts = new IIOMetadataNode("iTXt");
        texts.appendChild(entry);
        IIOMetadataNode root = new IIOMetadataNode(FORMAT);
        root.appendChild(texts);
        return root;
    }
}
