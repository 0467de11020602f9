package io.dmm.pipeline;

import io.dmm.weights.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.IIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * PNG files that say how they were made: the text chunk {@code parameters} of AUTOMATIC1111's web
 * interface, written as iTXt (UTF-8) and read from iTXt or tEXt.
 */
public final class PngParameters {
    private static final String KEYWORD = "parameters";
    private static final String FORMAT = "javax_imageio_png_1.0";

    private PngParameters() {}

    /**
     * Writes a PNG file with its parameters, if any; an existing file is replaced at one stroke.
     */
    public static void write(Path file, BufferedImage image, String parameters) throws IOException {
        AtomicFile.write(file, encode(image, parameters));
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
     * Returns the parameters of a PNG file, if it has any.
     *
     * @throws IllegalArgumentException if the file is not a whole PNG file
     */
    public static Optional<String> read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream in =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(in);
            Node root = reader.getImageMetadata(0).getAsTree(FORMAT);
            return find(root, "iTXtEntry", "text").or(() -> find(root, "tEXtEntry", "value"));
        } catch (IIOException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "PngParameters: "
                            + file
                            + ": expected a PNG picture; the file is damaged or"
                            + " of another format",
                    e);
        } finally {
            reader.dispose();
        }
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

    private static Optional<String> find(Node node, String entry, String attribute) {
        if (node instanceof Element element
                && element.getTagName().equals(entry)
                && element.getAttribute("keyword").equals(KEYWORD)) {
            return Optional.of(element.getAttribute(attribute));
        }
        for (Node child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
            Optional<String> found = find(child, entry, attribute);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}
