package io.dmm.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.weights.ConfigNode;
import io.dmm.weights.SafeTensorsFile;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds schedule and samplers against diffusers, step by step. */
class SamplerReferenceTest {
    private static NDManager manager;
    private static SafeTensorsFile reference;
    private static JsonNode configs;

    @BeforeAll
    static void openReference() throws Exception {
        manager = NDManager.newBaseManager();
        reference = SafeTensorsFile.open(resource("values.safetensors"));
        configs = new ObjectMapper().readTree(resource("config.json").toFile());
    }

    @AfterAll
    static void close() {
        reference.close();
        manager.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyStep_equalsDiffusers(Sampler sampler) {
        for (String model : new String[] {"sd15", "leading", "linspace", "trailing", "velocity"}) {
            for (int steps : new int[] {1, 2, 5, 20}) {
                assertEqualsDiffusers(sampler, model, steps);
            }
        }
    }

    private static void assertEqualsDiffusers(Sampler sampler, String model, int steps) {
        List<Float> timesteps = new ArrayList<>();
        List<float[]> trajectory = new ArrayList<>();
        Denoiser denoiser =
                (latents, timestep) -> {
                    timesteps.add((float) timestep);
                    return latents.mul(0.9f).addi((float) (0.1 * timestep / 1000)).tanh();
                };
        try (NDManager memory = manager.newSubManager()) {
            sampler.sample(
                    denoiser,
                    new SeededNoise(memory, new long[] {7, 8}, new Shape(1, 4, 4)),
                    Start.NOISE,
                    schedule(model),
                    steps,
                    (step, total, latents) -> trajectory.add(latents.toFloatArray()));
        }
        // some roundings of latents that grow to about 40; in Heun's method diffusers takes the
        // noise
        // as (x − x0) / σ, whose rounding in fp32 a σ of 0.03 and a step of 14 make 3e-5
        double tolerance = sampler == Sampler.HEUN ? 4e-5 : 5e-6;
        String key = model + "." + sampler + "." + steps;
        float[] wantedTimesteps = load(key + ".timesteps").toFloatArray();
        assertEquals(wantedTimesteps.length, timesteps.size(), key);
        for (int i = 0; i < wantedTimesteps.length; i++) {
            assertEquals(wantedTimesteps[i], timesteps.get(i), 1e-4, key);
        }
        assertEquals(steps, trajectory.size());
        float[] expected = load(key + ".latents").toFloatArray();
        for (int i = 0; i < steps; i++) {
            float[] after = trajectory.get(i);
            for (int j = 0; j < after.length; j++) {
                float wanted = expected[i * after.length + j];
                double allowed = tolerance * Math.max(1, Math.abs(wanted));
                assertEquals(wanted, after[j], allowed, key + " step " + i);
            }
        }
    }

    @Test
    void alphasCumprod_equalDiffusers() {
        NoiseSchedule schedule = schedule("sd15");
        float[] expected = load("alphas_cumprod").toFloatArray();
        for (int t = 0; t < expected.length; t++) {
            // torch's vectorised linspace rounds otherwise by one unit in the last place
            assertEquals(expected[t], schedule.alphaCumprod(t), 1e-6 * expected[t]);
        }
    }

    @Test
    void alphaAndSigma_noiseSamplesAsDiffusersDoes() {
        NoiseSchedule schedule = schedule("sd15");
        long[] timesteps = load("add_noise.timesteps").toLongArray();
        NDArray sample = load("add_noise.sample");
        NDArray noise = load("add_noise.noise");
        NDArray expected = load("add_noise.noised");
        for (int i = 0; i < timesteps.length; i++) {
            int t = (int) timesteps[i];
            NDArray noised =
                    sample.get(i)
                            .mul((float) schedule.alpha(t))
                            .add(noise.get(i).mul((float) schedule.sigma(t)));
            assertArrayEquals(
                    expected.get(i).toFloatArray(), noised.toFloatArray(), 1e-6f, "timestep " + t);
        }
    }

    private static NoiseSchedule schedule(String name) {
        return new NoiseSchedule(NoiseScheduleConfig.read(new ConfigNode(configs.get(name), name)));
    }

    private static NDArray load(String key) {
        return reference.load(key, manager);
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(
                SamplerReferenceTest.class.getResource("/reference/sampler/" + name).toURI());
    }
}
