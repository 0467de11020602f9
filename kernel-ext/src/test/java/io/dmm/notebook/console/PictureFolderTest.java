package io.dmm.notebook.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.dmm.notebook.render.Renderers;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFolderTest {
    @TempDir Path root;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private PictureFolder pictures;

    @BeforeEach
    void open() {
        pictures =
                new PictureFolder(
                        root.resolve("a/b"),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void pictures_areNumberedOnFromThoseThatAreThere() throws IOException {
        Files.createDirectories(pictures.folder());
        byte[] before = {1, 2, 3};
        Files.write(pictures.folder().resolve("007.png"), before);
        pictures.show(Renderers.render(new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB)));
        pictures.show(Renderers.render(new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB)));
        assertArrayEquals(before, Files.readAllBytes(pictures.folder().resolve("007.png")));
        assertNotNull(ImageIO.read(pictures.folder().resolve("009.png").toFile()));
        assertEquals(2, err.toString(StandardCharsets.UTF_8).lines().count());
        assertEquals("", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void otherValues_arePrinted() {
        pictures.show(Renderers.render(Map.of("a", 1)));
        assertEquals("{a=1}", out.toString(StandardCharsets.UTF_8).strip());
        assertEquals("", err.toString(StandardCharsets.UTF_8));
    }
}
