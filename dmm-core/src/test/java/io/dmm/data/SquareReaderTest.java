package io.dmm.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.Reference;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SquareReaderTest {
    private static final int SIZE = 24;

    @TempDir Path folder;

    /** Levels that may differ: rounding, and for JPEG another decoder's arithmetic before it. */
    @ParameterizedTest
    @CsvSource({
        "shrunk.png, 1",
        "tall.png, 1",
        "grown.png, 1",
        "same.png, 0",
        "transparent.png, 1",
        "grey.png, 1",
        "grey_transparent.png, 1",
        "palette.png, 1",
        "bits.png, 1",
        "map.bmp, 1",
        "animation.gif, 1",
        "scan.tif, 1",
        "cmyk.jpg, 4",
        "print.jpg, 4",
        "print.tif, 1",
        "ycbcr.tif, 1",
        "photo.jpg, 4",
        "photo_grey.jpg, 2"
    })
    void square_isThatOfPillow(String name, int tolerance) throws IOException {
        assertClose(name, tolerance);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void photo_isTurnedUprightAsExifSays(int orientation) throws IOException {
        assertClose("turned" + orientation + ".jpg", 6);
    }

    @Test
    void png_isTurnedUprightToo() throws IOException {
        assertClose("turned6.png", 3); // Pillow turns first, and scaling clips between its passes
    }

    @Test
    void sixteenBits_becomeEight() throws IOException {
        for (int type : new int[] {BufferedImage.TYPE_USHORT_GRAY, BufferedImage.TYPE_INT_RGB}) {
            BufferedImage image = new BufferedImage(4, 4, type);
            for (int i = 0; i < 16; i++) {
                int level = type == BufferedImage.TYPE_USHORT_GRAY ? 13107 : 51;
                for (int band = 0; band < image.getRaster().getNumBands(); band++) {
                    image.getRaster().setSample(i % 4, i / 4, band, level);
                }
            }
            Path file = folder.resolve(type + ".png");
            ImageIO.write(image, "png", file.toFile());
            assertEquals(0xFF333333, SquareReader.read(file, 2).getRGB(1, 1));
        }
    }

    @Test
    void hugeClaim_isRefusedBeforeAnythingIsDecoded() throws IOException {
        Path bomb = folder.resolve("bomb.png");
        Files.write(bomb, pngHeader(60_000, 60_000));
        assertRefused(
                bomb, "expected at most 100000000 pixels but was 60000×60000; scale it down first");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shrunk.png", "photo.jpg", "map.bmp", "animation.gif", "scan.tif"})
    void cutFile_isRefusedAtEveryLength(String name) throws IOException {
        byte[] whole = Files.readAllBytes(Reference.path("images/" + name));
        Path cut = folder.resolve("cut");
        int fewest = 0;
        for (int length = 0; length < whole.length * 9 / 10; length += 97) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThrows(IOException.class, () -> SquareReader.checkDecodes(cut), name + length);
            fewest++;
        }
        assertTrue(fewest > 5);
    }

    @Test
    void damagedFile_givesAPictureOrASentence() throws IOException {
        Random random = new Random(1);
        for (String name :
                new String[] {
                    "shrunk.png", "photo.jpg", "turned6.jpg", "turned6.png", "palette.png"
                }) {
            byte[] whole = Files.readAllBytes(Reference.path("images/" + name));
            for (int round = 0; round < 60; round++) {
                byte[] damaged = whole.clone();
                for (int i = 0; i < 8; i++) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                }
                Path file = Files.write(folder.resolve("damaged"), damaged);
                try {
                    assertEquals(SIZE, SquareReader.read(file, SIZE).getWidth());
                } catch (IOException e) {
                    assertNotEquals(null, e.getMessage());
                }
            }
        }
    }

    @Test
    void foreignContent_isRefusedWhateverItsName() throws IOException {
        Path file = folder.resolve("a.png");
        Files.writeString(file, "RIFF0000WEBPVP8 ");
        assertRefused(
                file,
                "expected a PNG, JPEG, BMP, GIF or TIFF picture but was something else; convert it,"
                        + " or download it again");
    }

    private void assertRefused(Path file, String sentence) {
        IOException e = assertThrows(IOException.class, () -> SquareReader.checkDecodes(file));
        assertEquals(sentence, e.getMessage());
    }

    private static void assertClose(String name, int tolerance) throws IOException {
        Path file = Reference.path("images/" + name);
        Path answer = Reference.path("images/" + name.replace('.', '_') + ".expected.png");
        BufferedImage expected = ImageIO.read(answer.toFile());
        BufferedImage actual = SquareReader.read(file, SIZE);
        assertEquals(SIZE, actual.getHeight());
        int largest = 0;
        for (int i = 0; i < SIZE * SIZE; i++) {
            int a = Colors.rgb(expected, i / SIZE, 1)[i % SIZE];
            int b = actual.getRGB(i % SIZE, i / SIZE);
            for (int shift = 0; shift < 24; shift += 8) {
                largest = Math.max(largest, Math.abs((a >> shift & 0xFF) - (b >> shift & 0xFF)));
            }
        }
        assertTrue(largest <= tolerance, name + ": differs by " + largest);
    }

    /** A PNG that claims a size and then ends. */
    private static byte[] pngHeader(int width, int height) throws IOException {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(chunk);
        data.write("IHDR".getBytes(StandardCharsets.US_ASCII));
        data.writeInt(width);
        data.writeInt(height);
        data.write(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(chunk.toByteArray());
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(file);
        out.writeLong(0x89504E470D0A1A0AL);
        out.writeInt(13);
        out.write(chunk.toByteArray());
        out.writeInt((int) crc.getValue());
        return file.toByteArray();
    }
}
