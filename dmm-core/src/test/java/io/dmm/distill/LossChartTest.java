package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossChartTest {
    private static final int SMOOTH_LINE = 0xff1f5fa8;

    @Test
    void axis_isLogarithmicForALargeRangeOfPositiveLosses() {
        assertFalse(new LossChart("t", run(i -> 10 + i)).logAxis());
        assertTrue(new LossChart("t", run(i -> 1 / (1 + i))).logAxis());
        assertFalse(new LossChart("t", run(i -> i == 0 ? -1 : i)).logAxis());
        assertTrue(new LossChart("t", run(i -> i == 3 ? Double.NaN : 1 / (1 + i))).logAxis());
    }

    @Test
    void curve_fallsFromTheUpperLeftToTheLowerRight() {
        BufferedImage image = new LossChart("t", run(i -> 2 - i / 100)).image();
        assertEquals(1760, image.getWidth());
        assertEquals(960, image.getHeight());
        int left = heightOfLine(image, 300);
        int middle = heightOfLine(image, 900);
        int right = heightOfLine(image, 1500);
        assertTrue(left < middle && middle < right, left + " " + middle + " " + right);
        assertEquals(middle, (left + right) / 2.0, 8, "a straight line");
    }

    @Test
    void exponentialFall_isStraightOnTheLogAxis() {
        BufferedImage image = new LossChart("t", run(i -> Math.exp(-i / 10)), true).image();
        int left = heightOfLine(image, 300);
        int right = heightOfLine(image, 1500);
        assertEquals(heightOfLine(image, 900), (left + right) / 2.0, 8);
    }

    @Test
    void failedSteps_leaveAGapOnly() {
        DoubleUnaryOperator failing = i -> i == 50 ? Double.NaN : 2 - i / 100;
        BufferedImage image = new LossChart("t", run(failing)).image();
        assertTrue(heightOfLine(image, 300) < heightOfLine(image, 1500));
    }

    @Test
    void sameMetrics_giveTheSameFile(@TempDir Path folder) throws IOException {
        LossChart chart = new LossChart("Loss", run(i -> 1 / (1 + i)));
        Path one = folder.resolve("one.png");
        Path two = folder.resolve("two.png");
        chart.write(one);
        chart.write(two);
        assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(two));
        assertEquals(1760, ImageIO.read(one.toFile()).getWidth());
    }

    @Test
    void emptyRun_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> new LossChart("t", List.of()));
    }

    private static List<StepMetrics> run(DoubleUnaryOperator loss) {
        return LongStream.range(0, 100)
                .mapToObj(i -> new StepMetrics(i + 1, loss.applyAsDouble(i), 0, 0, 0, 0, Map.of()))
                .toList();
    }

    /** The y of the smoothed line at an x, from above. */
    private static int heightOfLine(BufferedImage image, int x) {
        for (int y = 0; y < image.getHeight(); y++) {
            if (image.getRGB(x, y) == SMOOTH_LINE) {
                return y;
            }
        }
        throw new AssertionError("no line at x = " + x);
    }
}
