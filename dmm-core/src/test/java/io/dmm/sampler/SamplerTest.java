package io.dmm.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.tensor.TorchRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    private static final int SIZE = 16;
    private static final float PICTURE_MEAN = 0.7f;
    private static final double PICTURE_DEVIATION = 0.3;

    private final NoiseSchedule epsilon = schedule(PredictionType.EPSILON, null, 1);
    private final NoiseSchedule velocity = schedule(PredictionType.V_PREDICTION, null, 1);
    private NDManager manager;
    private NDArray noise;
    private NDArray x0;

    @BeforeEach
    void draw() {
        manager = NDManager.newBaseManager();
        noise = manager.create(TorchRandom.normal(1, SIZE));
        x0 = manager.create(TorchRandom.normal(2, SIZE));
    }

    @AfterEach
    void free() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource
    void exactNoisePrediction_recoversThePicture(Sampler sampler) {
        Denoiser exact = exactNoise(epsilon);
        for (int steps : new int[] {1, 2, 7, 25}) {
            NDArray result = sampler.sample(exact, noise, epsilon, steps, StepListener.NONE);
            assertArrayEquals(x0.toFloatArray(), result.toFloatArray(), 1e-4f, steps + " steps");
        }
    }

    @ParameterizedTest
    @EnumSource
    void exactVelocityPrediction_recoversThePicture(Sampler sampler) {
        Denoiser exact =
                (latents, timestep) -> {
                    float alpha = (float) velocity.alpha((int) timestep);
                    float sigma = (float) velocity.sigma((int) timestep);
                    NDArray eps = latents.sub(x0.mul(alpha)).div(sigma);
                    return eps.mul(alpha).sub(x0.mul(sigma));
                };
        NDArray result = sampler.sample(exact, noise, velocity, 10, StepListener.NONE);
        assertArrayEquals(x0.toFloatArray(), result.toFloatArray(), 1e-4f);
    }

    @Test
    void ddim_canTakeEveryTimestep() {
        NoiseSchedule schedule = schedule(PredictionType.EPSILON, null, 0);
        Denoiser exact = exactNoise(schedule);
        NDArray result = Sampler.DDIM.sample(exact, noise, schedule, 1000, StepListener.NONE);
        assertArrayEquals(x0.toFloatArray(), result.toFloatArray(), 1e-3f);
    }

    @Test
    void ddim_endsAtTheFirstTimestepWhereAlphaIsNotSetToOne() {
        NoiseSchedule schedule = new NoiseSchedule(NoiseScheduleConfig.sd15());
        Denoiser exact = exactNoise(schedule);
        NDArray result = Sampler.DDIM.sample(exact, noise, schedule, 10, StepListener.NONE);
        // the exact noise is the same at every step, so that it can be read off the first one
        NDArray eps = exact.predict(noise, 901);
        NDArray expected =
                x0.mul((float) schedule.alpha(0)).add(eps.mul((float) schedule.sigma(0)));
        assertArrayEquals(expected.toFloatArray(), result.toFloatArray(), 1e-4f);
    }

    @Test
    void halfTheStride_halvesTheErrorOfDdimAndQuartersThatOfDpmSolver() {
        assertEquals(2, gaussianError(Sampler.DDIM, 50) / gaussianError(Sampler.DDIM, 100), 0.2);
        assertEquals(
                4, gaussianError(Sampler.DPMPP_2M, 49) / gaussianError(Sampler.DPMPP_2M, 99), 0.4);
    }

    @ParameterizedTest
    @EnumSource
    void sample_keepsOnlyItsResult(Sampler sampler) {
        float[] before = noise.toFloatArray();
        int arrays = manager.getManagedArrays().size();
        Denoiser careless = (latents, timestep) -> noise.mul(2f).add(latents.mul(0.1f).mul(2f));
        Denoiser tidy = (latents, timestep) -> latents.mul(0.5f);

        NDArray result = sampler.sample(tidy, noise, epsilon, 12, StepListener.NONE);
        assertSame(manager, result.getManager());
        assertEquals(arrays + 1, manager.getManagedArrays().size());
        assertArrayEquals(before, noise.toFloatArray());
        result.close();

        // a prediction made beside the noise is taken over; what led to it stays its maker's
        sampler.sample(careless, noise, epsilon, 12, StepListener.NONE).close();
        assertEquals(arrays + 12, manager.getManagedArrays().size());
    }

    @ParameterizedTest
    @EnumSource
    void sample_tellsEveryStep(Sampler sampler) {
        List<String> told = new ArrayList<>();
        List<Double> timesteps = new ArrayList<>();
        Denoiser denoiser =
                (latents, timestep) -> {
                    timesteps.add(timestep);
                    return latents.mul(0.5f);
                };
        StepListener listener =
                (step, total, latents) -> told.add(step + "/" + total + " " + latents.getShape());
        sampler.sample(denoiser, noise, epsilon, 3, listener);
        assertEquals(List.of("1/3 (16)", "2/3 (16)", "3/3 (16)"), told);
        assertTrue(timesteps.get(0) > timesteps.get(1) && timesteps.get(1) > timesteps.get(2));
    }

    @ParameterizedTest
    @EnumSource
    void interruption_stopsBeforeTheNextStepAndFreesTheRun(Sampler sampler) {
        int arrays = manager.getManagedArrays().size();
        StepListener interrupting =
                (step, total, latents) -> {
                    if (step == 2) {
                        Thread.currentThread().interrupt();
                    }
                };
        CancellationException stopped =
                assertThrows(
                        CancellationException.class,
                        () ->
                                sampler.sample(
                                        exactNoise(epsilon), noise, epsilon, 10, interrupting));
        assertEquals("sampling: interrupted after 2 of 10 steps", stopped.getMessage());
        assertFalse(Thread.currentThread().isInterrupted());
        assertEquals(arrays, manager.getManagedArrays().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1000, 1001})
    void stepsThatDoNotFit_areRefused(int steps) {
        for (Sampler sampler : Sampler.values()) {
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            sampler.sample(
                                    exactNoise(epsilon), noise, epsilon, steps, StepListener.NONE));
        }
    }

    /** The noise in latents whose picture is x0, with no array left behind. */
    private Denoiser exactNoise(NoiseSchedule schedule) {
        return (latents, timestep) -> {
            int t = (int) timestep;
            try (NDArray picture = x0.mul((float) schedule.alpha(t))) {
                return latents.sub(picture).divi((float) schedule.sigma(t));
            }
        };
    }

    /**
     * Largest error half way, at timestep 501, for normal pixels N(mean, deviation²), whose
     * probability flow keeps (x − α mean) / √(α² deviation² + σ²) constant.
     */
    private double gaussianError(Sampler sampler, int steps) {
        NoiseSchedule schedule = schedule(PredictionType.EPSILON, TimestepSpacing.LEADING, 1);
        List<float[]> standardized = new ArrayList<>();
        Denoiser gaussian =
                (latents, timestep) -> {
                    float alpha = (float) schedule.alpha((int) timestep);
                    float sigma = (float) schedule.sigma((int) timestep);
                    float deviation = (float) Math.hypot(alpha * PICTURE_DEVIATION, sigma);
                    NDArray z = latents.sub(alpha * PICTURE_MEAN).divi(deviation);
                    if (standardized.isEmpty() || timestep == 501) {
                        standardized.add(z.toFloatArray());
                    }
                    return z.muli(sigma / deviation);
                };
        sampler.sample(gaussian, noise, schedule, steps, StepListener.NONE);
        double error = 0;
        for (int i = 0; i < SIZE; i++) {
            double drift = standardized.get(1)[i] - standardized.get(0)[i];
            error = Math.max(error, Math.abs(drift));
        }
        return error;
    }

    private static NoiseSchedule schedule(
            PredictionType type, TimestepSpacing spacing, int stepsOffset) {
        Betas betas = NoiseScheduleConfig.sd15().betas();
        return new NoiseSchedule(
                new NoiseScheduleConfig(1000, betas, type, spacing, stepsOffset, true));
    }
}
