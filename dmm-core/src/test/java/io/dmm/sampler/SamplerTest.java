package io.dmm.sampler;

import static io.dmm.sampler.KnownPicture.schedule;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SamplerTest {
    private final NoiseSchedule epsilon = schedule(PredictionType.EPSILON, null, 1);
    private final KnownPicture known = new KnownPicture();

    @AfterEach
    void free() {
        known.close();
    }

    @ParameterizedTest
    @EnumSource
    void exactNoisePrediction_recoversThePicture(Sampler sampler) {
        Denoiser exact = known.exactNoise(epsilon);
        for (int steps : new int[] {1, 2, 7, 25}) {
            NDArray result = known.sample(sampler, exact, epsilon, steps);
            assertArrayEquals(
                    known.x0.toFloatArray(), result.toFloatArray(), 1e-4f, steps + " steps");
        }
    }

    @ParameterizedTest
    @EnumSource
    void exactVelocityPrediction_recoversThePicture(Sampler sampler) {
        NoiseSchedule velocity = schedule(PredictionType.V_PREDICTION, null, 1);
        // like diffusers, PLMS takes means of velocities, which are not constant as the noise is
        double tolerance = sampler == Sampler.PNDM ? 0.1 : 1e-4;
        NDArray result = known.sample(sampler, known.exactVelocity(velocity), velocity, 10);
        assertArrayEquals(known.x0.toFloatArray(), result.toFloatArray(), (float) tolerance);
    }

    @Test
    void ddim_canTakeEveryTimestep() {
        NoiseSchedule schedule = schedule(PredictionType.EPSILON, null, 0);
        Denoiser exact = known.exactNoise(schedule);
        NDArray result = known.sample(Sampler.DDIM, exact, schedule, 1000);
        assertArrayEquals(known.x0.toFloatArray(), result.toFloatArray(), 1e-3f);
    }

    @Test
    void ddim_endsAtTheFirstTimestepWhereAlphaIsNotSetToOne() {
        NoiseSchedule schedule = new NoiseSchedule(NoiseScheduleConfig.sd15());
        Denoiser exact = known.exactNoise(schedule);
        NDArray result = known.sample(Sampler.DDIM, exact, schedule, 10);
        // the exact noise is the same at every step, so that it can be read off the first one
        NDArray eps = exact.predict(known.noise, 901);
        NDArray expected =
                known.x0.mul((float) schedule.alpha(0)).add(eps.mul((float) schedule.sigma(0)));
        assertArrayEquals(expected.toFloatArray(), result.toFloatArray(), 1e-4f);
    }

    @ParameterizedTest
    @EnumSource
    void sample_keepsOnlyItsResult(Sampler sampler) {
        float[] before = known.noise.toFloatArray();
        int arrays = known.arrays();
        int[] evaluations = {0};
        Denoiser careless =
                (latents, timestep) -> {
                    evaluations[0]++;
                    return known.noise.mul(2f).add(latents.mul(0.1f).mul(2f));
                };
        Denoiser tidy = (latents, timestep) -> latents.mul(0.5f);

        NDArray result = known.sample(sampler, tidy, epsilon, 12);
        assertSame(known.manager, result.getManager());
        assertEquals(arrays + 1, known.arrays());
        assertArrayEquals(before, known.noise.toFloatArray());
        result.close();

        // a prediction made beside the noise is taken over; what led to it stays its maker's
        known.sample(sampler, careless, epsilon, 12).close();
        assertEquals(arrays + evaluations[0], known.arrays());
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
        sampler.sample(denoiser, known.source(), Start.NOISE, epsilon, 3, listener);
        assertEquals(List.of("1/3 (1, 16)", "2/3 (1, 16)", "3/3 (1, 16)"), told);
        List<Double> falling = timesteps.stream().distinct().toList();
        assertEquals(3, falling.size());
        assertTrue(falling.get(0) > falling.get(1) && falling.get(1) > falling.get(2));
    }

    @ParameterizedTest
    @EnumSource
    void interruption_stopsBeforeTheNextStepAndFreesTheRun(Sampler sampler) {
        int arrays = known.arrays();
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
                                        known.exactNoise(epsilon),
                                        known.source(),
                                        Start.NOISE,
                                        epsilon,
                                        10,
                                        interrupting));
        assertEquals("sampling: interrupted after 2 of 10 steps", stopped.getMessage());
        assertFalse(Thread.currentThread().isInterrupted());
        assertEquals(arrays, known.arrays());
    }

    @ParameterizedTest
    @EnumSource
    void stepsThatDoNotFit_areRefusedAndLeaveNothing(Sampler sampler) {
        int arrays = known.arrays();
        for (int steps : new int[] {-1, 0, 1001}) {
            String refusal = refusal(sampler, steps);
            assertEquals(sampler.label() + ": steps, expected 1 to 1000 but was " + steps, refusal);
        }
        assertEquals(arrays, known.arrays());
    }

    @ParameterizedTest
    @EnumSource(names = {"DDIM", "DPMPP_2M", "DPMPP_2M_SDE", "PNDM", "UNIPC"})
    void stepsPastTheOffset_areRefused(Sampler sampler) {
        assertEquals(
                "sampler: steps, expected as many as fit on the timesteps 0 to 999 with an offset"
                        + " of 1 but was 1000; ask for fewer steps",
                refusal(sampler, 1000));
    }

    @Test
    void lcm_takesAsManyStepsAsItsSolver() {
        NDArray result = known.sample(Sampler.LCM, known.exactNoise(epsilon), epsilon, 50);
        assertArrayEquals(known.x0.toFloatArray(), result.toFloatArray(), 1e-4f);
        assertEquals(
                "LCM: steps, expected 1 to 50 but was 51; 4 to 8 are usual",
                refusal(Sampler.LCM, 51));
        NoiseScheduleConfig sd15 = NoiseScheduleConfig.sd15();
        NoiseSchedule few =
                new NoiseSchedule(
                        new NoiseScheduleConfig(
                                49, sd15.betas(), sd15.predictionType(), null, 1, true));
        assertEquals(
                "LCM: num_train_timesteps, expected at least 50 but was 49; take another sampler"
                        + " for this model",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> known.sample(Sampler.LCM, known.exactNoise(few), few, 4))
                        .getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void everySampleOfABatch_isTheOneMadeAlone(Sampler sampler) {
        float[] batch = sampled(sampler, 5, 6, 7);
        for (int i = 0; i < 3; i++) {
            float[] alone = sampled(sampler, 5 + i);
            for (int j = 0; j < KnownPicture.SIZE; j++) {
                // the same operations on the same values, which batches only vectorise otherwise
                assertEquals(alone[j], batch[i * KnownPicture.SIZE + j], 1e-6);
            }
        }
    }

    private float[] sampled(Sampler sampler, long... seeds) {
        Denoiser denoiser = (latents, timestep) -> latents.mul(0.9f).tanh();
        NoiseSource source = new SeededNoise(known.manager, seeds, new Shape(KnownPicture.SIZE));
        return sampler.sample(denoiser, source, Start.NOISE, epsilon, 8, StepListener.NONE)
                .toFloatArray();
    }

    private String refusal(Sampler sampler, int steps) {
        Denoiser exact = known.exactNoise(epsilon);
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> known.sample(sampler, exact, epsilon, steps))
                .getMessage();
    }
}
