package io.dmm.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NoiseScheduleTest {
    @Test
    void alphasCumprod_fallFromPictureToNoise() {
        NoiseSchedule schedule = schedule(null);
        assertEquals(1 - 0.00085, schedule.alphaCumprod(0), 1e-7);
        for (int t = 1; t < 1000; t++) {
            assertTrue(schedule.alphaCumprod(t) < schedule.alphaCumprod(t - 1));
        }
        assertTrue(schedule.alphaCumprod(999) > 0 && schedule.alphaCumprod(999) < 0.005);
    }

    @Test
    void alphaAndSigma_preserveVariance() {
        NoiseSchedule schedule = schedule(null);
        for (int t = 0; t < 1000; t++) {
            double alpha = schedule.alpha(t);
            double sigma = schedule.sigma(t);
            assertEquals(1, alpha * alpha + sigma * sigma, 1e-12);
        }
    }

    @Test
    void linearBetas_endWhereTheyShould() {
        float[] betas = new Betas(Betas.Curve.LINEAR, 0.1, 0.5).values(5);
        assertArrayEquals(new float[] {0.1f, 0.2f, 0.3f, 0.4f, 0.5f}, betas, 1e-7f);
    }

    /** What numpy gives for the three formulas of diffusers' DDIMScheduler.set_timesteps. */
    @Test
    void spacings_layOutTheStepsAsDiffusers() {
        assertArrayEquals(
                new int[] {751, 501, 251, 1}, schedule(TimestepSpacing.LEADING).timesteps(4, null));
        assertArrayEquals(
                new int[] {999, 666, 333, 0},
                schedule(TimestepSpacing.LINSPACE).timesteps(4, null));
        assertArrayEquals(
                new int[] {999, 749, 499, 249},
                schedule(TimestepSpacing.TRAILING).timesteps(4, null));
    }

    /** Likewise of DPMSolverMultistepScheduler. */
    @Test
    void spacingsBeforeTheEnd_leaveTheLastPointOff() {
        assertArrayEquals(
                new int[] {751, 501, 251},
                schedule(TimestepSpacing.LEADING).timestepsBeforeEnd(3, null));
        assertArrayEquals(
                new int[] {999, 666, 333},
                schedule(TimestepSpacing.LINSPACE).timestepsBeforeEnd(3, null));
        assertArrayEquals(
                new int[] {999, 666, 332},
                schedule(TimestepSpacing.TRAILING).timestepsBeforeEnd(3, null));
    }

    @Test
    void spacing_isTheSamplersOwnWhereTheConfigLeavesItOpen() {
        assertArrayEquals(
                new int[] {999, 0}, schedule(null).timesteps(2, TimestepSpacing.LINSPACE));
        assertArrayEquals(
                new int[] {501, 1},
                schedule(TimestepSpacing.LEADING).timesteps(2, TimestepSpacing.LINSPACE));
    }

    @ParameterizedTest
    @EnumSource
    void timesteps_strictlyFallInsideTheSchedule(TimestepSpacing spacing) {
        NoiseSchedule schedule = schedule(spacing);
        for (int steps = 1; steps <= 998; steps++) {
            assertFalls(schedule.timesteps(steps, null), steps);
            assertFalls(schedule.timestepsBeforeEnd(steps, null), steps);
        }
    }

    @Test
    void timestepsThatRepeatOrLeaveTheSchedule_areRefused() {
        NoiseSchedule leading = schedule(TimestepSpacing.LEADING);
        assertThrows(IllegalArgumentException.class, () -> leading.timesteps(1000, null));
        assertThrows(IllegalArgumentException.class, () -> leading.timesteps(1001, null));
        NoiseSchedule linspace = schedule(TimestepSpacing.LINSPACE);
        assertEquals(1000, linspace.timesteps(1000, null).length);
        assertThrows(IllegalArgumentException.class, () -> linspace.timesteps(1001, null));
    }

    private static void assertFalls(int[] timesteps, int steps) {
        assertEquals(steps, timesteps.length);
        assertTrue(timesteps[0] <= 999 && timesteps[steps - 1] >= 0);
        for (int i = 1; i < steps; i++) {
            assertTrue(timesteps[i] < timesteps[i - 1]);
        }
    }

    private static NoiseSchedule schedule(TimestepSpacing spacing) {
        NoiseScheduleConfig sd15 = NoiseScheduleConfig.sd15();
        return new NoiseSchedule(
                new NoiseScheduleConfig(
                        1000, sd15.betas(), sd15.predictionType(), spacing, 1, false));
    }
}
