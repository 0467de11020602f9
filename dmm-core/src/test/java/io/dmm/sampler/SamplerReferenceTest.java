package io.dmm.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
import org.junit.jupiter.params.provider.CsvSource;

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
    @CsvSource({
        "ddim, DDIM, 5",
        "ddim, DDIM, 20",
        "dpm_linspace, DPMPP_2M, 5",
        "dpm_linspace, DPMPP_2M, 20",
        "dpm_leading, DPMPP_2M, 5",
        "dpm_leading, DPMPP_2M, 20"
    })
    void everyStep_equalsDiffusers(String name, Sampler sampler, int steps) {
        List<Long> timesteps = new ArrayList<>();
        List<float[]> trajectory = new ArrayList<>();
        Denoiser denoiser =
                (latents, timestep) -> {
                    timesteps.add((long) timestep);
                    return latents.mul(0.9f).addi((float) (0.1 * timestep / 1000)).tanh();
                };
        sampler.sample(
                        denoiser,
                        load("initial_noise"),
                        schedule(name),
                        steps,
                        (step, total, latents) -> trajectory.add(latents.toFloatArray()))
                .close();

        String prefix = name + "." + steps;
        assertArrayEquals(
                load(prefix + ".timesteps").toLongArray(),
                timesteps.stream().mapToLong(Long::longValue).toArray());
        assertEquals(steps, trajectory.size());
        float[] expected = load(prefix + ".latents").toFloatArray();
        for (int i = 0; i < steps; i++) {
            float[] after = trajectory.get(i);
            for (int j = 0; j < after.length; j++) {
                float wanted = expected[i * after.length + j];
                // the reference grows to about 40, where 1e-5 is below three float roundings
                double tolerance = 1e-5 * Math.max(1, Math.abs(wanted));
                assertEquals(wanted, after[j], tolerance, "step " + i);
            }
        }
    }

    @Test
    void alphasCumprod_equalDiffusers() {
        NoiseSchedule schedule = schedule("ddim");
        float[] expected = load("alphas_cumprod").toFloatArray();
        for (int t = 0; t < expected.length; t++) {
            // torch's vectorised linspace rounds otherwise by one unit in the last place
            assertEquals(expected[t], schedule.alphaCumprod(t), 1e-6 * expected[t]);
        }
    }

    @ParameterizedTest
    @CsvSource({"dpm_linspace, 20", "dpm_leading, 20"})
    void ratioOfSigmaToAlpha_isTheSigmaOfDiffusers(String name, int steps) {
        NoiseSchedule schedule = schedule(name);
        float[] sigmas = load(name + "." + steps + ".sigmas").toFloatArray();
        long[] timesteps = load(name + "." + steps + ".timesteps").toLongArray();
        for (int i = 0; i < steps; i++) {
            int t = (int) timesteps[i];
            assertEquals(sigmas[i], schedule.sigma(t) / schedule.alpha(t), 1e-6 * sigmas[i]);
        }
    }

    @Test
    void alphaAndSigma_noiseSamplesAsDiffusersDoes() {
        NoiseSchedule schedule = schedule("ddim");
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
