package io.dmm.sampler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How fast the error of the samplers falls with the length of their steps. */
class SamplerOrderTest {
    private static final float PICTURE_MEAN = 0.7f;
    private static final double PICTURE_DEVIATION = 0.3;

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

    /**
     * Largest error half way, at timestep 501, for normal pixels N(mean, deviation²), whose
     * probability flow keeps (x − α mean) / √(α² deviation² + σ²) constant.
     */
    private static double gaussianError(Sampler sampler, int steps) {
        NoiseSchedule schedule =
                KnownPicture.schedule(PredictionType.EPSILON, TimestepSpacing.LEADING, 1);
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
        try (KnownPicture known = new KnownPicture()) {
            known.sample(sampler, gaussian, schedule, steps);
        }
        double error = 0;
        int last = standardized.size() - 1; // Heun's method comes twice, the second time corrected
        for (int i = 0; i < KnownPicture.SIZE; i++) {
            double drift = standardized.get(last)[i] - standardized.get(0)[i];
            error = Math.max(error, Math.abs(drift));
        }
        return error;
    }
}
