package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.SmallModels;
import io.dmm.data.Pixels;
import io.dmm.sampler.Sampler;
import io.dmm.tensor.Compute;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitialImageTest {
    private static final StableDiffusion MODEL = SmallModels.base();

    @AfterAll
    static void close() {
        MODEL.close();
    }

    @Test
    void strength_isTheShareOfTheStepsTaken() {
        List<String> told = new ArrayList<>();
        MODEL.sample("")
                .from(stripes(16, 16), 0.5)
                .steps(5)
                .listen((step, total, latents) -> told.add(step + "/" + total))
                .image();
        assertEquals(List.of("1/2", "2/2"), told);
    }

    @Test
    void little_changesThePictureLess() {
        int[] whole = rgb(request(stripes(16, 16), 1));
        int[] some = rgb(request(stripes(16, 16), 0.3));
        int[] other = rgb(request(new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB), 0.3));
        int[] otherWhole = rgb(request(new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB), 1));
        assertTrue(distance(some, other) > 2 * distance(whole, otherWhole));
    }

    @ParameterizedTest
    @CsvSource({"32, 32", "64, 32", "16, 48", "120, 16", "39, 150", "160, 180"})
    void picture_isScaledUntilItCoversTheSizeAndItsMiddleTaken(int width, int height) {
        // a slope to the right and one downwards, both through 127.5 in the middle
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        double factor = Math.max(16.0 / width, 16.0 / height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, slope(x, width, factor) << 16 | slope(y, height, factor));
            }
        }
        int[] fitted = fitted(image);
        for (int i = 0; i < fitted.length; i++) {
            assertEquals(slope(i % 16, 16, 1), fitted[i] >> 16 & 0xFF, 3, "red of " + i);
            assertEquals(slope(i / 16, 16, 1), fitted[i] & 0xFF, 3, "blue of " + i);
        }
    }

    @Test
    void fineStripes_becomeTheirMeanAndNoPattern() {
        BufferedImage stripes = new BufferedImage(128, 128, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 128 * 128; i++) {
            stripes.setRGB(i % 128, i / 128, i % 2 == 0 ? 0xFFFFFF : 0);
        }
        for (int rgb : fitted(stripes)) {
            assertEquals(127.5, rgb & 0xFF, 1);
        }
    }

    @Test
    void smallPicture_isEnlarged() {
        BufferedImage one = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        one.setRGB(0, 0, 0x406080);
        for (int rgb : fitted(one)) {
            assertEquals(0xFF406080, rgb);
        }
    }

    @Test
    void grayPicture_isTakenAsItIs() {
        BufferedImage gray = new BufferedImage(32, 32, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 32 * 32; i++) {
            gray.getRaster().setSample(i % 32, i / 32, 0, 90);
        }
        for (int rgb : fitted(gray)) {
            assertEquals(0xFF5A5A5A, rgb);
        }
    }

    @Test
    void sampling_leavesNoArraysBehind() {
        int before = MODEL.manager().getManagedArrays().size();
        request(stripes(40, 30), 0.3).images(2);
        assertThrows(IllegalArgumentException.class, () -> request(stripes(16, 16), 0.01).image());
        assertEquals(before, MODEL.manager().getManagedArrays().size());
    }

    @Test
    void parameters_nameTheStrength() {
        String parameters =
                request(stripes(16, 16), 0.3).sampler(Sampler.EULER_A).image().parameters();
        assertTrue(
                parameters.endsWith(
                        "Steps: 10, Sampler: Euler a, Schedule type: Uniform, CFG scale: 7.0,"
                                + " Seed: 3, Size: 16x16, Denoising strength: 0.3, RNG: CPU"),
                parameters);
    }

    @Test
    void strengthsOutsideTheirRange_areRefusedAtOnce() {
        assertEquals(
                "image to image: strength, expected above 0 and at most 1 but was 1.5",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> MODEL.sample("").from(stripes(16, 16), 1.5))
                        .getMessage());
    }

    @Test
    void pictureThatJavaDoesNotRead_isRefusedAtOnce() {
        assertEquals(
                "image to image: expected a picture but was null, as ImageIO.read gives for a format"
                        + " that Java does not read, such as WebP; convert it to PNG",
                assertThrows(IllegalArgumentException.class, () -> MODEL.sample("").from(null, 0.5))
                        .getMessage());
    }

    private static TextToImage request(BufferedImage image, double strength) {
        return MODEL.sample("").from(image, strength).steps(10).seed(3);
    }

    /** A picture fitted into 16×16. */
    private static int[] fitted(BufferedImage image) {
        try (NDManager memory = Compute.newManager()) {
            NDArray pixels = new InitialImage(image, 1).pixels(memory, 16, 16);
            return Pictures.rgb(Pixels.toImages(pixels).get(0));
        }
    }

    private static int slope(int position, int length, double factor) {
        double fromMiddle = (position + 0.5 - length / 2.0) * factor;
        return (int) Math.max(0, Math.min(255, 127.5 + 15 * fromMiddle));
    }

    private static BufferedImage stripes(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, i % 8 < 3 ? 0xFF0000 : 0x80FF);
        }
        return image;
    }

    private static int[] rgb(TextToImage request) {
        return Pictures.rgb(request.image().image());
    }

    /** The mean difference of two levels. */
    private static double distance(int[] first, int[] second) {
        double sum = 0;
        for (int i = 0; i < first.length; i++) {
            for (int shift = 0; shift < 24; shift += 8) {
                sum += Math.abs((first[i] >> shift & 0xFF) - (second[i] >> shift & 0xFF));
            }
        }
        return sum / (3 * first.length);
    }
}
