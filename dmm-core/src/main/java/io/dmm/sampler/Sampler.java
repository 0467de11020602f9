package io.dmm.sampler;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;

/**
 * How a denoiser is integrated from noise to picture, step for step as diffusers does it, but for
 * LMS and PLMS from a picture, which those here recover where it is known. Labels are the names of
 * A1111.
 */
public enum Sampler {
    /** diffusers' DDIMScheduler with η = 0. */
    DDIM("DDIM", new Ddim()),
    /** diffusers' DPMSolverMultistepScheduler with its defaults. */
    DPMPP_2M("DPM++ 2M", new DpmSolverPlusPlus2M(NoiseLevels::beforeEnd, 0)),
    /** The same with {@code use_karras_sigmas}. */
    DPMPP_2M_KARRAS("DPM++ 2M Karras", new DpmSolverPlusPlus2M(NoiseLevels::karras, 0)),
    /** The same with the algorithm type {@code sde-dpmsolver++}: draws noise at each step. */
    DPMPP_2M_SDE("DPM++ 2M SDE", new DpmSolverPlusPlus2M(NoiseLevels::beforeEnd, 1)),
    /** Both. */
    DPMPP_2M_SDE_KARRAS("DPM++ 2M SDE Karras", new DpmSolverPlusPlus2M(NoiseLevels::karras, 1)),
    /** diffusers' EulerDiscreteScheduler. */
    EULER("Euler", new Euler()),
    /** diffusers' EulerAncestralDiscreteScheduler: draws noise at each step. */
    EULER_A("Euler a", new EulerAncestral()),
    /** diffusers' HeunDiscreteScheduler: two evaluations a step. */
    HEUN("Heun", new Heun()),
    /** diffusers' LMSDiscreteScheduler. */
    LMS("LMS", new LinearMultistep()),
    /** diffusers' PNDMScheduler with {@code skip_prk_steps}, the one Stable Diffusion came with. */
    PNDM("PLMS", new Pndm()),
    /** diffusers' UniPCMultistepScheduler with its defaults. */
    UNIPC("UniPC", new UniPc()),
    /**
     * diffusers' LCMScheduler, for networks with a LoRA that was distilled for it, or weights
     * merged with one: draws noise at each step. LCM's own UNets, which take the guidance scale as
     * an embedding ({@code time_cond_proj_dim}), cannot be read.
     */
    LCM("LCM", new Lcm());

    private final String label;
    private final SamplingMethod method;

    Sampler(String label, SamplingMethod method) {
        this.label = label;
        this.method = method;
    }

    /**
     * The sampler of a label.
     *
     * @throws IllegalArgumentException if no sampler has it
     */
    public static Sampler of(String label) {
        return Arrays.stream(values())
                .filter(sampler -> sampler.label.equals(label))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "sampler '" + label + "': expected one of " + labels()));
    }

    /** All labels, as messages list them. */
    public static String labels() {
        return Arrays.stream(values()).map(Sampler::label).collect(Collectors.joining(", "));
    }

    /** The name that pictures and user interfaces carry, for example {@code DPM++ 2M}. */
    public String label() {
        return label;
    }

    /**
     * Integrates from noise to latents; all memory but the result is freed, also on failure.
     *
     * @param noise is drawn from once for the start, then once a step by samplers that say so
     * @param steps at least 1 and at most what the schedule has room for
     * @return (B, C, H, W), beside the noise; the caller closes it
     * @throws CancellationException if the thread is interrupted; its interrupted status is cleared
     */
    public NDArray sample(
            Denoiser denoiser,
            NoiseSource noise,
            Start start,
            NoiseSchedule schedule,
            int steps,
            StepListener listener) {
        int most = schedule.config().numTrainTimesteps();
        if (steps < 1 || steps > most) {
            throw new IllegalArgumentException(
                    label + ": steps, expected 1 to " + most + " but was " + steps);
        }
        try (SamplingLoop loop =
                new SamplingLoop(denoiser, noise, start, schedule, steps, listener)) {
            return loop.finish(method.run(loop));
        }
    }
}
