package io.dmm.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.Reference;
import io.dmm.tensor.Compute;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PixelsTest {
    private final NDManager manager = Compute.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void everyLevelOfEveryChannel_survivesTheRoundTrip() {
        int[] first = new int[256];
        int[] second = new int[256];
        for (int level = 0; level < 256; level++) {
            first[level] = level << 16 | (255 - level) << 8 | level / 2;
            second[level] = level;
        }
        List<BufferedImage> images = List.of(image(32, 8, first), image(32, 8, second));
        NDArray pixels = Pixels.toArray(manager, images);
        assertEquals(new Shape(2, 3, 8, 32), pixels.getShape());
        List<BufferedImage> back = Pixels.toImages(pixels);
        assertEquals(2, back.size());
        assertArrayEquals(first, rgb(back.get(0)));
        assertArrayEquals(second, rgb(back.get(1)));
    }

    @Test
    void toArray_putsPlanesOfRedGreenAndBlueInMinusOneToOne() {
        NDArray pixels = Pixels.toArray(manager, List.of(image(2, 1, 0xFF0000, 0x00FF33)));
        assertArrayEquals(new float[] {1, -1, -1, 1, -1, -0.6f}, pixels.toFloatArray(), 1e-6f);
    }

    @ParameterizedTest
    @CsvSource({"10, 51", "11, 13107"}) // TYPE_BYTE_GRAY, TYPE_USHORT_GRAY
    void grayPicture_keepsItsLevels(int type, int level) {
        BufferedImage gray = new BufferedImage(1, 1, type);
        gray.getRaster().setSample(0, 0, 0, level);
        NDArray pixels = Pixels.toArray(manager, List.of(gray));
        assertArrayEquals(new float[] {-0.6f, -0.6f, -0.6f}, pixels.toFloatArray(), 1e-6f);
    }

    @Test
    void cmykPicture_hasTheColoursOfItsInks() throws IOException {
        BufferedImage quarters = ImageIO.read(Reference.path("images/cmyk.jpg").toFile());
        NDArray pixels = Pixels.toArray(manager, List.of(quarters));
        float[] red = pixels.get("0, :, 4, 4").toFloatArray();
        assertArrayEquals(new float[] {1, -1, -1}, red, 0.02f);
        float[] green = pixels.get("0, :, 4, 36").toFloatArray();
        assertArrayEquals(new float[] {-1, 0x80 / 127.5f - 1, -1}, green, 0.02f);
    }

    @Test
    void pictureOfYcbcr_keepsItsLevels() {
        // as Java's TIFF reader gives it
        BufferedImage linear =
                ImageTypeSpecifier.createInterleaved(
                                ColorSpace.getInstance(ColorSpace.CS_LINEAR_RGB),
                                new int[] {0, 1, 2},
                                DataBuffer.TYPE_BYTE,
                                false,
                                false)
                        .createBufferedImage(1, 1);
        linear.getRaster().setPixel(0, 0, new int[] {51, 0, 255});
        NDArray pixels = Pixels.toArray(manager, List.of(linear));
        assertArrayEquals(new float[] {-0.6f, -1, 1}, pixels.toFloatArray(), 1e-6f);
    }

    @Test
    void transparentPicture_liesOverWhite() {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 3, 1, new int[] {0x00FF0000, 0x80FF0000, 0xFFFF0000}, 0, 3);
        NDArray pixels = Pixels.toArray(manager, List.of(image));
        assertArrayEquals(new float[] {1, 1, 1, 1, 0, -1, 1, 0, -1}, pixels.toFloatArray(), 0.01f);
    }

    @Test
    void hashOfTransparentPicture_isThatOfWhatIsSeen() {
        BufferedImage transparent = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        String white = new PictureInMemory(image(1, 1, 0xFFFFFF)).sha256();
        assertEquals(white, new PictureInMemory(transparent).sha256());
    }

    @Test
    void toImages_clipsAndRounds() {
        NDArray pixels = manager.create(new float[] {-7, 0.0039f, 1.5f}, new Shape(1, 3, 1, 1));
        assertArrayEquals(new int[] {0x0080FF}, rgb(Pixels.toImages(pixels).get(0)));
    }

    @Test
    void picturesOfDifferentSizes_areRefused() {
        List<BufferedImage> images = List.of(image(2, 1, 0, 0), image(1, 2, 0, 0));
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> Pixels.toArray(manager, images));
        assertEquals("pictures of a batch: expected 2×1 but was 1×2", refusal.getMessage());
    }

    @Test
    void noPictures_areRefused() {
        IllegalArgumentException refusal =
                assertThrows(
                        IllegalArgumentException.class, () -> Pixels.toArray(manager, List.of()));
        assertEquals("pictures: expected at least 1 but was 0", refusal.getMessage());
    }

    private static BufferedImage image(int width, int height, int... rgb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, width, height, rgb, 0, width);
        return image;
    }

    private static int[] rgb(BufferedImage image) {
        int[] rgb =
                image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] &= 0xFFFFFF;
        }
        return rgb;
    }
}
