package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngParametersTest {
    private static final String PARAMETERS =
            "a red house, 赤い家 😀 <b>&\nNegative prompt: fog\nSteps: 20, CFG scale: 7, Seed: 3";

    /** Where the chunk after the signature and IHDR begins. */
    private static final int AFTER_HEADER = 8 + 25;

    @TempDir Path folder;

    @Test
    void written_isReadBackWithItsPixels() throws IOException {
        Path file = folder.resolve("new/folder/a.png");
        PngParameters.write(file, picture(), PARAMETERS);
        assertEquals(Optional.of(PARAMETERS), PngParameters.read(file));
        BufferedImage read = ImageIO.read(file.toFile());
        assertArrayEquals(
                picture().getRGB(0, 0, 5, 4, null, 0, 5), read.getRGB(0, 0, 5, 4, null, 0, 5));
        try (var files = Files.list(file.getParent())) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void text_isAnInternationalTextChunk() {
        String bytes =
                new String(PngParameters.encode(picture(), "é"), StandardCharsets.ISO_8859_1);
        // keyword, compression flag and method, language, translated keyword, UTF-8 text
        assertTrue(bytes.contains("iTXtparameters\0\0\0\0\0Ã©"));
    }

    @Test
    void sameInput_givesTheSameBytes() {
        assertArrayEquals(
                PngParameters.encode(picture(), PARAMETERS),
                PngParameters.encode(picture(), PARAMETERS));
    }

    @Test
    void latin1TextChunk_isReadToo() throws IOException {
        byte[] text = "parameters\0café, Steps: 20".getBytes(StandardCharsets.ISO_8859_1);
        Path file = folder.resolve("a1111.png");
        Files.write(file, insert(plainPng(), "tEXt", text));
        assertEquals(Optional.of("café, Steps: 20"), PngParameters.read(file));
    }

    @Test
    void otherKeywords_areNotParameters() throws IOException {
        Path file = folder.resolve("other.png");
        byte[] text = "Software\0paint".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, insert(plainPng(), "tEXt", text));
        assertEquals(Optional.empty(), PngParameters.read(file));
    }

    @Test
    void damagedFiles_areNamed() throws IOException {
        byte[] whole = PngParameters.encode(picture(), PARAMETERS);
        for (int length : new int[] {0, 4, 20, 60}) {
            Path file = folder.resolve("cut" + length + ".png");
            Files.write(file, Arrays.copyOf(whole, length));
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> PngParameters.read(file));
            assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        }
        assertThrows(
                NoSuchFileException.class, () -> PngParameters.read(folder.resolve("none.png")));
    }

    private static BufferedImage picture() {
        BufferedImage image = new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB);
        image.setRGB(2, 1, 0x123456);
        return image;
    }

    private static byte[] plainPng() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(picture(), "png", bytes);
        return bytes.toByteArray();
    }

    private static byte[] insert(byte[] png, String type, byte[] data) throws IOException {
        byte[] tag = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(tag);
        crc.update(data);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        ByteArrayInputStream in = new ByteArrayInputStream(png);
        out.write(in.readNBytes(AFTER_HEADER));
        out.writeInt(data.length);
        out.write(tag);
        out.write(data);
        out.writeInt((int) crc.getValue());
        in.transferTo(out);
        return bytes.toByteArray();
    }
}
