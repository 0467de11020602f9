package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearningRateTest {
    @Test
    void constant_staysAtThePeak() {
        LearningRate rate = LearningRate.constant(1e-3);
        assertEquals(1e-3, rate.at(0, 100));
        assertEquals(1e-3, rate.at(99, 100));
    }

    @Test
    void warmup_risesLinearlyToThePeak() {
        LearningRate rate = LearningRate.constant(1e-3).withWarmup(4);
        double[] expected = {0.25e-3, 0.5e-3, 0.75e-3, 1e-3, 1e-3};
        for (int step = 0; step < expected.length; step++) {
            assertEquals(expected[step], rate.at(step, 100), 1e-15);
        }
    }

    @Test
    void linear_fallsAlongALine() {
        LearningRate rate = LearningRate.linear(1e-3).withWarmup(20);
        assertEquals(1e-3, rate.at(20, 100));
        assertEquals(0.25e-3, rate.at(80, 100), 1e-15);
    }

    @Test
    void cosine_startsAtThePeakIsHalfInTheMiddleAndEndsNearZero() {
        LearningRate rate = LearningRate.cosine(1e-3);
        assertEquals(1e-3, rate.at(0, 100));
        assertEquals(0.5e-3, rate.at(50, 100), 1e-15);
        assertEquals(1e-3 * 0.5 * (1 + Math.cos(Math.PI / 4)), rate.at(25, 100), 1e-15);
        assertTrue(rate.at(99, 100) < 1e-6);
    }

    @Test
    void cosineAfterWarmup_fallsAlongTheRemainingSteps() {
        LearningRate rate = LearningRate.cosine(1e-3).withWarmup(20);
        assertEquals(1e-3, rate.at(19, 100), 1e-15);
        assertEquals(1e-3, rate.at(20, 100));
        assertEquals(0.5e-3, rate.at(60, 100), 1e-15);
    }

    @Test
    void warmupAsLongAsTheRun_onlyRises() {
        LearningRate rate = LearningRate.cosine(1e-3).withWarmup(10);
        assertEquals(1e-3, rate.at(9, 10), 1e-15);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1e-3, 1.5, Double.NaN})
    void peakOutsideItsRange_isRefused(double peak) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> LearningRate.constant(peak));
        assertEquals(
                "learning rate: expected a number in (0, 1] but was " + peak, refusal.getMessage());
    }

    @Test
    void negativeWarmup_isRefused() {
        LearningRate rate = LearningRate.constant(0.1);
        assertThrows(IllegalArgumentException.class, () -> rate.withWarmup(-1));
    }
}
