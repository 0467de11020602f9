package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.weights.ModelFileException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
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
        PngParameters.write(file, Pictures.small(), PARAMETERS);
        assertEquals(Optional.of(PARAMETERS), PngParameters.text(file));
        BufferedImage read = ImageIO.read(file.toFile());
        assertArrayEquals(
                Pictures.small().getRGB(0, 0, 5, 4, null, 0, 5),
                read.getRGB(0, 0, 5, 4, null, 0, 5));
        try (var files = Files.list(file.getParent())) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void anythingButPng_isRefused() throws IOException {
        String ending = ": expected a name that ends in .png; pictures are written as PNG alone";
        assertRefused(folder.resolve("a.jpg"), ending);
        assertRefused(folder.resolve("a"), ending);
        assertRefused(folder, ": expected a file to write but is a folder; add a name");
        PngParameters.write(folder.resolve("A.PNG"), Pictures.small(), PARAMETERS);
        try (var files = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("A.PNG")), files.toList());
        }
    }

    private static void assertRefused(Path file, String sentence) {
        assertEquals(
                file + sentence,
                assertThrows(
                                IllegalArgumentException.class,
                                () -> PngParameters.write(file, Pictures.small(), PARAMETERS))
                        .getMessage());
    }

    @Test
    void text_isAnInternationalTextChunk() {
        String bytes =
                new String(
                        PngParameters.encode(Pictures.small(), "é"), StandardCharsets.ISO_8859_1);
        // keyword, compression flag and method, language, translated keyword, UTF-8 text
        assertTrue(bytes.contains("iTXtparameters\0\0\0\0\0Ã©"));
    }

    @Test
    void sameInput_givesTheSameBytes() {
        assertArrayEquals(
                PngParameters.encode(Pictures.small(), PARAMETERS),
                PngParameters.encode(Pictures.small(), PARAMETERS));
    }

    @Test
    void latin1TextChunk_isReadToo() throws IOException {
        byte[] text = "parameters\0café, Steps: 20".getBytes(StandardCharsets.ISO_8859_1);
        Path file = folder.resolve("a1111.png");
        Files.write(file, insert(plainPng(), "tEXt", text));
        assertEquals(Optional.of("café, Steps: 20"), PngParameters.text(file));
    }

    @Test
    void compressedTextChunks_areReadToo() throws IOException {
        byte[] latin1 = "café, Steps: 20".getBytes(StandardCharsets.ISO_8859_1);
        byte[] utf8 = "赤い家 😀".getBytes(StandardCharsets.UTF_8);
        assertEquals(
                Optional.of("café, Steps: 20"),
                text("zTXt", joined("parameters\0\0", deflated(latin1))));
        assertEquals(
                Optional.of("赤い家 😀"),
                text("iTXt", joined("parameters\0\1\0ja\0title\0", deflated(utf8))));
    }

    @Test
    void textAfterThePixels_isFound() throws IOException {
        byte[] plain = plainPng();
        byte[] text = "parameters\0late".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(Optional.of("late"), text(insert(plain, plain.length - 12, "tEXt", text)));
    }

    @Test
    void longTextOfOthers_isPassedOver() throws IOException {
        byte[] png = insert(plainPng(), "tEXt", joined("workflow\0", new byte[3 << 20]));
        byte[] text = "parameters\0mine".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(Optional.of("mine"), text(insert(png, png.length - 12, "tEXt", text)));
        assertEquals(Optional.empty(), text(png));
    }

    @Test
    void hostileFiles_areRefusedInOneSentence() throws IOException {
        byte[] bomb = deflated(new byte[32 << 20]);
        assertRefused(
                "has a text that is too long when unpacked, expected at most 1048576 bytes",
                insert(plainPng(), "zTXt", joined("parameters\0\0", bomb)));
        assertRefused(
                "has a text that is too long when unpacked, expected at most 1048576 bytes",
                insert(plainPng(), "iTXt", joined("parameters\0\1\0\0\0", bomb)));
        assertRefused(
                "has a text that is too long, expected at most 1048576 bytes but was 2097163",
                insert(plainPng(), "tEXt", joined("parameters\0", new byte[2 << 20])));
        byte[] text = "parameters\0a".getBytes(StandardCharsets.ISO_8859_1);
        byte[] huge = insert(plainPng(), "tEXt", text);
        huge[AFTER_HEADER] = 0x7F;
        assertRefused("ends too early, expected 2130706448 more bytes but was ", huge);
        huge[AFTER_HEADER] = (byte) 0xFF;
        assertRefused("ends too early, expected 4278190096 more bytes but was ", huge);
        byte[] flipped = insert(plainPng(), "tEXt", text);
        flipped[AFTER_HEADER + 8 + text.length - 1] ^= 1;
        assertRefused("has a text with a wrong checksum", flipped);
        assertRefused(
                "has a text that cannot be unpacked",
                insert(plainPng(), "zTXt", joined("parameters\0\0", new byte[] {1, 2, 3})));
        for (String type : List.of("tEXt", "zTXt", "iTXt")) {
            assertRefused("has a text that ", insert(plainPng(), type, "parameters".getBytes()));
        }
        assertRefused("has no PNG signature", "<html>not found</html>".getBytes());
    }

    @Test
    void everyCutAndFlippedFile_isReadOrRefused() throws IOException {
        byte[] whole = PngParameters.encode(Pictures.small(), PARAMETERS);
        for (int i = 0; i < whole.length; i++) {
            byte[] flipped = whole.clone();
            flipped[i] ^= (byte) (1 << i % 8);
            readOrRefused(flipped);
            readOrRefused(Arrays.copyOf(whole, i));
        }
    }

    @Test
    void pictureWithoutParameters_saysSo() throws IOException {
        byte[] software = "Software\0paint".getBytes(StandardCharsets.ISO_8859_1);
        byte[] png = insert(plainPng(), "tEXt", software);
        assertSilent("the picture does not say how it was made", png);
    }

    @Test
    void picturesOfComfyUi_areRefusedByName() throws IOException {
        String reason = "the picture says it in ComfyUI's form, only A1111's is read";
        byte[] large = joined("workflow\0", new byte[3 << 20]);
        assertSilent(reason, insert(plainPng(), "tEXt", large));
        byte[] prompt = "prompt\0{}".getBytes(StandardCharsets.ISO_8859_1);
        assertSilent(reason, insert(plainPng(), "tEXt", prompt));
    }

    private void assertSilent(String reason, byte[] png) throws IOException {
        Path file = folder.resolve("silent.png");
        Files.write(file, png);
        assertEquals(
                file + ": expected a text 'parameters' but was none; " + reason,
                assertThrows(ModelFileException.class, () -> PngParameters.read(file))
                        .getMessage());
    }

    @Test
    void otherKeywords_areNotParameters() throws IOException {
        Path file = folder.resolve("other.png");
        byte[] text = "Software\0paint".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, insert(plainPng(), "tEXt", text));
        assertEquals(Optional.empty(), PngParameters.text(file));
    }

    @Test
    void damagedFiles_areNamed() throws IOException {
        byte[] whole = PngParameters.encode(Pictures.small(), PARAMETERS);
        for (int length : new int[] {0, 4, 20, 60}) {
            Path file = folder.resolve("cut" + length + ".png");
            Files.write(file, Arrays.copyOf(whole, length));
            ModelFileException e =
                    assertThrows(ModelFileException.class, () -> PngParameters.text(file));
            assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        }
        Path none = folder.resolve("none.png");
        assertEquals(
                none + ": cannot be read (java.nio.file.NoSuchFileException: " + none + ")",
                assertThrows(ModelFileException.class, () -> PngParameters.text(none))
                        .getMessage());
    }

    private static byte[] plainPng() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(Pictures.small(), "png", bytes);
        return bytes.toByteArray();
    }

    private Optional<String> text(String type, byte[] data) throws IOException {
        return text(insert(plainPng(), type, data));
    }

    private Optional<String> text(byte[] png) throws IOException {
        Path file = folder.resolve("text.png");
        Files.write(file, png);
        return PngParameters.text(file);
    }

    private void readOrRefused(byte[] png) throws IOException {
        try {
            text(png);
        } catch (ModelFileException e) {
            assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
        }
    }

    private void assertRefused(String what, byte[] png) {
        String message = assertThrows(ModelFileException.class, () -> text(png)).getMessage();
        assertTrue(message.startsWith(folder.resolve("text.png") + ": " + what), message);
    }

    private static byte[] joined(String start, byte[] end) {
        byte[] all =
                Arrays.copyOf(
                        start.getBytes(StandardCharsets.ISO_8859_1), start.length() + end.length);
        System.arraycopy(end, 0, all, start.length(), end.length);
        return all;
    }

    private static byte[] deflated(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] insert(byte[] png, String type, byte[] data) throws IOException {
        return insert(png, AFTER_HEADER, type, data);
    }

    private static byte[] insert(byte[] png, int place, String type, byte[] data)
            throws IOException {
        byte[] tag = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(tag);
        crc.update(data);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        ByteArrayInputStream in = new ByteArrayInputStream(png);
        out.write(in.readNBytes(place));
        out.writeInt(data.length);
        out.write(tag);
        out.write(data);
        out.writeInt((int) crc.getValue());
        in.transferTo(out);
        return bytes.toByteArray();
    }
}
