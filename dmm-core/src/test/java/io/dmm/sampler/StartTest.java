package io.dmm.sampler;

import static io.dmm.sampler.KnownPicture.schedule;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StartTest {
    private final NoiseSchedule epsilon = schedule(PredictionType.EPSILON, null, 1);
    private final KnownPicture known = new KnownPicture();

    @AfterEach
    void free() {
        known.close();
    }

    @ParameterizedTest
    @EnumSource
    void picture_isTakenUpWhereItsShareOfTheStepsBegins(Sampler sampler) {
        List<Double> whole = new ArrayList<>();
        List<Double> part = new ArrayList<>();
        known.sample(sampler, recording(whole), epsilon, 10);
        Start other = new Start(known.noise, 0.45);
        NDArray result = known.sample(sampler, recording(part), other, epsilon, 10);
        List<Double> levels = whole.stream().distinct().toList();
        assertEquals(levels.subList(6, 10), part.stream().distinct().toList());
        assertArrayEquals(known.x0.toFloatArray(), result.toFloatArray(), 1e-4f);
    }

    @ParameterizedTest
    @EnumSource
    void picture_isPutUnderTheNoiseOfItsLevel(Sampler sampler) {
        List<float[]> seen = new ArrayList<>();
        Denoiser exact = known.exactNoise(epsilon);
        Denoiser watching =
                (latents, timestep) -> {
                    NDArray noise = exact.predict(latents, timestep);
                    seen.add(noise.toFloatArray());
                    return noise;
                };
        for (double strength : new double[] {0.2, 0.7, 1}) {
            seen.clear();
            known.sample(sampler, watching, new Start(known.x0, strength), epsilon, 10);
            // Karras's levels lie beside the whole timesteps that the network is told
            assertArrayEquals(known.noise.toFloatArray(), seen.get(0), 0.04f);
        }
    }

    @ParameterizedTest
    @EnumSource
    void picture_staysItsOwners(Sampler sampler) {
        float[] before = known.x0.toFloatArray();
        int arrays = known.arrays();
        Start start = new Start(known.x0, 0.5);
        NDArray result =
                known.sample(sampler, (latents, timestep) -> latents.mul(0.5f), start, epsilon, 12);
        assertSame(known.manager, result.getManager());
        assertEquals(arrays + 1, known.arrays());
        assertArrayEquals(before, known.x0.toFloatArray());
    }

    @Test
    void strengthsOfNoStep_areRefused() {
        Start little = new Start(known.x0, 0.05);
        Denoiser exact = known.exactNoise(epsilon);
        assertEquals(
                "image to image: strength, expected at least 0.1 with 10 steps but was 0.05; ask"
                        + " for more strength or more steps",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> known.sample(Sampler.EULER, exact, little, epsilon, 10))
                        .getMessage());
        for (double strength : new double[] {0, 1.01, Double.NaN}) {
            assertEquals(
                    "image to image: strength, expected above 0 and at most 1 but was " + strength,
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> new Start(known.x0, strength))
                            .getMessage());
        }
    }

    private Denoiser recording(List<Double> timesteps) {
        Denoiser exact = known.exactNoise(epsilon);
        return (latents, timestep) -> {
            timesteps.add(timestep);
            return exact.predict(latents, timestep);
        };
    }
}
