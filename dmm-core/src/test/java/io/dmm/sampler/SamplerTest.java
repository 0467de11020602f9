package io.dmm.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.TorchRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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
        noise = manager.create(TorchRandom.normal(1, SIZE), new Shape(1, SIZE));
        x0 = manager.create(TorchRandom.normal(2, SIZE), new Shape(1, SIZE));
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
            NDArray result = sample(sampler, exact, epsilon, steps);
            assertArrayEquals(x0.toFloatArray(), result.toFloatArray(), 1e-4f, steps + " steps");
        }
    }

    @ParameterizedTest
    @EnumSource
    void exactVelocityPrediction_recoversThePicture(Sampler sampler) {
        Denoiser exact =
                (latents, timestep) -> {
                    float alpha = (float) alpha(velocity, timestep);
                    float sigma = (float) sigma(velocity, timestep);
                    NDArray eps = latents.sub(x0.mul(alpha)).div(sigma);
                    return eps.mul(alpha).sub(x0.mul(sigma));
                };
        // like diffusers, PLMS takes means of velocities, which are not constant as the noise is
        double tolerance = sampler == Sampler.PNDM ? 0.1 : 1e-4;
        NDArray result = sample(sampler, exact, velocity, 10);
        assertArrayEquals(x0.toFloatArray(), result.toFloatArray(), (float) tolerance);
    }

    @Test
    void ddim_canTakeEveryTimestep() {
        NoiseSchedule schedule = schedule(PredictionType.EPSILON, null, 0);
        Denoiser exact = exactNoise(schedule);
        NDArray result = sample(Sampler.DDIM, exact, schedule, 1000);
        assertArrayEquals(x0.toFloatArray(), result.toFloatArray(), 1e-3f);
    }

    @Test
    void ddim_endsAtTheFirstTimestepWhereAlphaIsNotSetToOne() {
        NoiseSchedule schedule = new NoiseSchedule(NoiseScheduleConfig.sd15());
        Denoiser exact = exactNoise(schedule);
        NDArray result = sample(Sampler.DDIM, exact, schedule, 10);
        // the exact noise is the same at every step, so that it can be read off the first one
        NDArray eps = exact.predict(noise, 901);
        NDArray expected =
                x0.mul((float) schedule.alpha(0)).add(eps.mul((float) schedule.sigma(0)));
        assertArrayEquals(expected.toFloatArray(), result.toFloatArray(), 1e-4f);
    }

    /** Steps of the samplers that leave the end off are one fewer. */
    @ParameterizedTest
    @CsvSource({
        "DDIM, 50, 1",
        "EULER, 50, 1",
        "DPMPP_2M, 49, 2",
        "HEUN, 20, 2",
        "UNIPC, 19, 3",
        "LMS, 20, 3"
    })
    void halfTheStride_dividesTheErrorByTwoToTheOrder(Sampler sampler, int steps, int order) {
        int twice = steps % 2 == 0 ? 2 * steps : 2 * steps + 1;
        double ratio = gaussianError(sampler, steps) / gaussianError(sampler, twice);
        assertEquals(order, Math.log(ratio) / Math.log(2), 0.2);
    }

    @ParameterizedTest
    @EnumSource
    void sample_keepsOnlyItsResult(Sampler sampler) {
        float[] before = noise.toFloatArray();
        int arrays = manager.getManagedArrays().size();
        int[] evaluations = {0};
        Denoiser careless =
                (latents, timestep) -> {
                    evaluations[0]++;
                    return noise.mul(2f).add(latents.mul(0.1f).mul(2f));
                };
        Denoiser tidy = (latents, timestep) -> latents.mul(0.5f);

        NDArray result = sample(sampler, tidy, epsilon, 12);
        assertSame(manager, result.getManager());
        assertEquals(arrays + 1, manager.getManagedArrays().size());
        assertArrayEquals(before, noise.toFloatArray());
        result.close();
        NDArray second =
                sampler.sample(tidy, source(), picture(0.5), epsilon, 12, StepListener.NONE);
        assertSame(manager, second.getManager());
        assertEquals(arrays + 1, manager.getManagedArrays().size());
        second.close();

        // a prediction made beside the noise is taken over; what led to it stays its maker's
        sample(sampler, careless, epsilon, 12).close();
        assertEquals(arrays + evaluations[0], manager.getManagedArrays().size());
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
        sampler.sample(denoiser, source(), Start.NOISE, epsilon, 3, listener);
        assertEquals(List.of("1/3 (1, 16)", "2/3 (1, 16)", "3/3 (1, 16)"), told);
        List<Double> falling = timesteps.stream().distinct().toList();
        assertEquals(3, falling.size());
        assertTrue(falling.get(0) > falling.get(1) && falling.get(1) > falling.get(2));
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
                                        exactNoise(epsilon),
                                        source(),
                                        Start.NOISE,
                                        epsilon,
                                        10,
                                        interrupting));
        assertEquals("sampling: interrupted after 2 of 10 steps", stopped.getMessage());
        assertFalse(Thread.currentThread().isInterrupted());
        assertEquals(arrays, manager.getManagedArrays().size());
    }

    @ParameterizedTest
    @EnumSource
    void stepsThatDoNotFit_areRefusedAndLeaveNothing(Sampler sampler) {
        int arrays = manager.getManagedArrays().size();
        for (int steps : new int[] {-1, 0, 1001}) {
            String refusal = refusal(sampler, Start.NOISE, steps);
            assertEquals(sampler.label() + ": steps, expected 1 to 1000 but was " + steps, refusal);
        }
        assertEquals(arrays, manager.getManagedArrays().size());
    }

    @ParameterizedTest
    @EnumSource(names = {"DDIM", "DPMPP_2M", "DPMPP_2M_SDE", "PNDM", "UNIPC"})
    void stepsPastTheOffset_areRefused(Sampler sampler) {
        assertEquals(
                "sampler: steps, expected as many as fit on the timesteps 0 to 999 with an offset"
                        + " of 1 but was 1000; ask for fewer steps",
                refusal(sampler, Start.NOISE, 1000));
    }

    @Test
    void lcm_takesAsManyStepsAsItsSolver() {
        NDArray result = sample(Sampler.LCM, exactNoise(epsilon), epsilon, 50);
        assertArrayEquals(x0.toFloatArray(), result.toFloatArray(), 1e-4f);
        assertEquals(
                "LCM: steps, expected 1 to 50 but was 51; 4 to 8 are usual",
                refusal(Sampler.LCM, Start.NOISE, 51));
    }

    @ParameterizedTest
    @EnumSource
    void picture_isTakenUpWhereItsShareOfTheStepsBegins(Sampler sampler) {
        List<Double> whole = new ArrayList<>();
        List<Double> part = new ArrayList<>();
        NDArray other = manager.create(TorchRandom.normal(3, SIZE), new Shape(1, SIZE));
        sampler.sample(recording(whole), source(), Start.NOISE, epsilon, 10, StepListener.NONE);
        Denoiser towardsX0 = recording(part);
        NDArray result =
                sampler.sample(
                        towardsX0,
                        source(),
                        new Start(other, 0.45),
                        epsilon,
                        10,
                        StepListener.NONE);
        List<Double> levels = whole.stream().distinct().toList();
        assertEquals(levels.subList(6, 10), part.stream().distinct().toList());
        assertArrayEquals(x0.toFloatArray(), result.toFloatArray(), 1e-4f);
    }

    @ParameterizedTest
    @EnumSource
    void picture_isKeptByADenoiserThatSeesNothingElse(Sampler sampler) {
        for (double strength : new double[] {0.1, 0.2, 0.7, 1}) {
            NDArray result =
                    sampler.sample(
                            exactNoise(epsilon),
                            source(),
                            picture(strength),
                            epsilon,
                            10,
                            StepListener.NONE);
            assertArrayEquals(
                    x0.toFloatArray(), result.toFloatArray(), 1e-4f, "strength " + strength);
        }
    }

    @Test
    void strengthsOfNoStep_areRefused() {
        assertEquals(
                "image to image: strength, expected at least 0.1 with 10 steps but was 0.05; ask"
                        + " for more strength or more steps",
                refusal(Sampler.EULER, picture(0.05), 10));
        for (double strength : new double[] {0, 1.01, Double.NaN}) {
            assertEquals(
                    "image to image: strength, expected above 0 and at most 1 but was " + strength,
                    assertThrows(IllegalArgumentException.class, () -> picture(strength))
                            .getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everySampleOfABatch_isTheOneMadeAlone(Sampler sampler) {
        float[] batch = sampled(sampler, 5, 6, 7);
        for (int i = 0; i < 3; i++) {
            float[] alone = sampled(sampler, 5 + i);
            for (int j = 0; j < SIZE; j++) {
                // the same operations on the same values, which batches only vectorise otherwise
                assertEquals(alone[j], batch[i * SIZE + j], 1e-6);
            }
        }
    }

    private float[] sampled(Sampler sampler, long... seeds) {
        Denoiser denoiser = (latents, timestep) -> latents.mul(0.9f).tanh();
        NoiseSource source = new SeededNoise(manager, seeds, new Shape(SIZE));
        return sampler.sample(denoiser, source, Start.NOISE, epsilon, 8, StepListener.NONE)
                .toFloatArray();
    }

    private Denoiser recording(List<Double> timesteps) {
        Denoiser exact = exactNoise(epsilon);
        return (latents, timestep) -> {
            timesteps.add(timestep);
            return exact.predict(latents, timestep);
        };
    }

    private String refusal(Sampler sampler, Start start, int steps) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                sampler.sample(
                                        exactNoise(epsilon),
                                        source(),
                                        start,
                                        epsilon,
                                        steps,
                                        StepListener.NONE))
                .getMessage();
    }

    private NDArray sample(Sampler sampler, Denoiser denoiser, NoiseSchedule schedule, int steps) {
        return sampler.sample(denoiser, source(), Start.NOISE, schedule, steps, StepListener.NONE);
    }

    /** Begins with {@code noise}. */
    private NoiseSource source() {
        return new SeededNoise(manager, new long[] {1}, new Shape(SIZE));
    }

    private Start picture(double strength) {
        return new Start(x0, strength);
    }

    /** The noise in latents whose picture is x0, with no array left behind. */
    private Denoiser exactNoise(NoiseSchedule schedule) {
        return (latents, timestep) -> {
            try (NDArray picture = x0.mul((float) alpha(schedule, timestep))) {
                return latents.sub(picture).divi((float) sigma(schedule, timestep));
            }
        };
    }

    private static double alpha(NoiseSchedule schedule, double timestep) {
        return 1 / Math.hypot(1, ratio(schedule, timestep));
    }

    private static double sigma(NoiseSchedule schedule, double timestep) {
        double ratio = ratio(schedule, timestep);
        return ratio / Math.hypot(1, ratio);
    }

    /** σ / α, linear between two timesteps. */
    private static double ratio(NoiseSchedule schedule, double timestep) {
        int below = (int) timestep;
        int above = Math.min(999, below + 1);
        double low = schedule.sigma(below) / schedule.alpha(below);
        double high = schedule.sigma(above) / schedule.alpha(above);
        return low + (timestep - below) * (high - low);
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
        sample(sampler, gaussian, schedule, steps);
        double error = 0;
        int last = standardized.size() - 1; // Heun's method comes twice, the second time corrected
        for (int i = 0; i < SIZE; i++) {
            double drift = standardized.get(last)[i] - standardized.get(0)[i];
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
