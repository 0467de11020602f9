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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossChartTest {
    private static final int[] COLORS = {0xff1f5fa8, 0xffd55e00, 0xff009e73, 0xffcc79a7};

    /** Above it there are lines, below it the legend. */
    private static final int AXIS_LABEL = 830;

    @Test
    void axis_isLogarithmicForALargeRangeOfPositiveLosses() {
        assertFalse(new LossChart("t", run(i -> 10 + i)).hasLogAxis());
        assertTrue(new LossChart("t", run(i -> 1 / (1 + i))).hasLogAxis());
        assertFalse(new LossChart("t", run(i -> i == 0 ? -1 : i)).hasLogAxis());
        assertTrue(new LossChart("t", run(i -> i == 3 ? Double.NaN : 1 / (1 + i))).hasLogAxis());
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
        BufferedImage image = new LossChart("t", run(i -> Math.exp(-i / 10))).image();
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
    void parts_haveALineEach() {
        LossChart chart = new LossChart("t", parts());
        BufferedImage image = chart.image();
        int total = heightOf(image, COLORS[0], 900);
        int adversarial = heightOf(image, COLORS[1], 900);
        int features = heightOf(image, COLORS[2], 900);
        int score = heightOf(image, COLORS[3], 900);
        assertTrue(total < score && score < features && features < adversarial);
        assertEquals(score - total, adversarial - score, 10, "6, 4 and 2");
    }

    @Test
    void byExpert_isALineForEachExpert() {
        BufferedImage image = new LossChart("t", parts()).byExpert().image();
        int ink = heightOf(image, COLORS[0], 900);
        int pixel = heightOf(image, COLORS[1], 900);
        assertTrue(ink < pixel, ink + " " + pixel);
        assertThrows(AssertionError.class, () -> heightOf(image, COLORS[2], 900));
    }

    @Test
    void onlyPart_isNotShownBesideTheWhole() {
        BufferedImage image = new LossChart("t", run(i -> 1, i -> Map.of("score", 1.0))).image();
        assertThrows(AssertionError.class, () -> heightOf(image, COLORS[1], 900));
    }

    @Test
    void expertsOfALogWithoutThem_areRefused() {
        LossChart chart = new LossChart("t", run(i -> 1, i -> Map.of("score", 1.0)));
        assertEquals(
                "LossChart: expected losses per expert (score.<name>) but the log has [score]",
                assertThrows(IllegalArgumentException.class, chart::byExpert).getMessage());
    }

    @Test
    void singleStep_isAPoint() {
        BufferedImage image = new LossChart("t", run(i -> 2).subList(0, 1)).image();
        assertTrue(count(image, COLORS[0]) > 20);
    }

    @Test
    void runWithoutAFiniteLoss_isDrawnEmpty() {
        assertEquals(1760, new LossChart("t", run(i -> Double.NaN)).image().getWidth());
    }

    @Test
    void sameMetrics_giveTheSameFile(@TempDir Path folder) throws IOException {
        LossChart chart = new LossChart("Loss", run(i -> 1 / (1 + i)));
        Path one = folder.resolve("one.png");
        Path two = folder.resolve("two.png");
        chart.save(one);
        chart.save(two);
        assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(two));
        assertEquals(1760, ImageIO.read(one.toFile()).getWidth());
    }

    @Test
    void longCurve_keepsItsEnds_andTheLeastAndGreatestOfEachColumn() {
        double[] steps = LongStream.range(0, 100_000).asDoubleStream().toArray();
        double[] losses = Arrays.stream(steps).map(step -> step % 7).toArray();
        losses[50_500] = 100;
        losses[50_501] = -100;
        LossCurve thin = new LossCurve("total", steps, losses).thinned(100);
        assertTrue(thin.steps().length <= 202, "steps: " + thin.steps().length);
        assertEquals(0, thin.steps()[0]);
        assertEquals(99_999, thin.steps()[thin.steps().length - 1]);
        int peak = Arrays.binarySearch(thin.steps(), 50_500);
        assertArrayEquals(
                new double[] {100, -100}, Arrays.copyOfRange(thin.losses(), peak, peak + 2));
    }

    @Test
    void shortCurve_keepsEveryStep() {
        double[] values = {3, 1, 2, 5, 4};
        assertArrayEquals(values, new LossCurve("total", values, values).thinned(3).losses());
    }

    @Test
    void emptyRun_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> new LossChart("t", List.of()));
    }

    private static List<StepMetrics> run(DoubleUnaryOperator loss) {
        return run(loss, i -> Map.of());
    }

    private static List<StepMetrics> run(
            DoubleUnaryOperator loss, LongFunction<Map<String, Double>> parts) {
        return LongStream.range(0, 100)
                .mapToObj(
                        i ->
                                new StepMetrics(
                                        i + 1, loss.applyAsDouble(i), 0, 0, 0, 0, parts.apply(i)))
                .toList();
    }

    /** Three parts, and each expert's loss in every other step. */
    private static List<StepMetrics> parts() {
        return run(
                i -> 6,
                i ->
                        Map.of(
                                "score",
                                4.0,
                                "features",
                                3.0,
                                "adversarial",
                                2.0,
                                i % 2 == 0 ? "score.ink" : "score.pixel",
                                i % 2 == 0 ? 5.0 : 3.0));
    }

    private static int heightOfLine(BufferedImage image, int x) {
        return heightOf(image, COLORS[0], x);
    }

    /** The y of the line of a colour at an x, from above. */
    private static int heightOf(BufferedImage image, int color, int x) {
        for (int y = 0; y < AXIS_LABEL; y++) {
            if (image.getRGB(x, y) == color) {
                return y;
            }
        }
        throw new AssertionError("no line at x = " + x);
    }

    private static int count(BufferedImage image, int color) {
        int count = 0;
        for (int y = 0; y < AXIS_LABEL; y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                count += image.getRGB(x, y) == color ? 1 : 0;
            }
        }
        return count;
    }
}
