package io.dmm.sampler;

import ai.djl.ndarray.NDArray;
import java.util.concurrent.CancellationException;

/** How a denoiser is integrated from noise to picture, step for step as diffusers does it. */
public enum Sampler {
    /** diffusers' DDIMScheduler with η = 0. */
    DDIM("DDIM", new Ddim()),
    /** diffusers' DPMSolverMultistepScheduler with its defaults. */
    DPMPP_2M("DPM++ 2M", new DpmSolverPlusPlus2M());

    private final String label;
    private final SamplingMethod method;

    Sampler(String label, SamplingMethod method) {
        this.label = label;
        this.method = method;
    }

    /** The name that pictures and user interfaces carry, for example {@code DPM++ 2M}. */
    public String label() {
        return label;
    }

    /**
     * Integrates from noise to latents; all memory but the result is freed, also on failure.
     *
     * @param noise (B, C, H, W) standard normal, left as it is
     * @param steps at least 1 and at most what the schedule has room for
     * @return (B, C, H, W), beside {@code noise}; the caller closes it
     * @throws CancellationException if the thread is interrupted; its interrupted status is cleared
     */
    public NDArray sample(
            Denoiser denoiser,
            NDArray noise,
            NoiseSchedule schedule,
            int steps,
            StepListener listener) {
        int most = schedule.config().numTrainTimesteps();
        if (steps < 1 || steps > most) {
            throw new IllegalArgumentException(
                    label + ": steps, expected 1 to " + most + " but was " + steps);
        }
        try (SamplingLoop loop = new SamplingLoop(noise.getManager(), steps, listener)) {
            return loop.finish(method.run(denoiser, loop.start(noise), schedule, loop));
        }
    }
}
