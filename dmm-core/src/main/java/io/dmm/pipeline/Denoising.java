package io.dmm.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.dmm.model.unet.UNet;
import io.dmm.sampler.Denoiser;
import io.dmm.sampler.Guidance;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.sampler.NoiseSource;
import io.dmm.sampler.Sampler;
import io.dmm.sampler.Start;
import io.dmm.sampler.StepListener;
import io.dmm.tensor.GradMode;

/**
 * From noise and text states to latents: classifier-free guidance (Ho and Salimans, arXiv
 * 2207.12598) around a UNet, integrated by a sampler.
 *
 * @param unet predicts the noise
 */
public record Denoising(
        UNet unet, NoiseSchedule schedule, Sampler sampler, int steps, Guidance guidance) {

    /**
     * Samples a batch.
     *
     * @param context text states of the prompts, (B, S, D)
     * @param negative text states of the negative prompts, (B, S, D); not read without guidance
     * @param style weights of the styles, (B, N) or (1, N) for all, or null for no style
     * @param noise (B, C, H, W) at each draw
     * @return scaled latents (B, C, H, W) on {@code memory}
     */
    public NDArray latents(
            NDManager memory,
            NDArray context,
            NDArray negative,
            NDArray style,
            NoiseSource noise,
            Start start,
            StepListener listener) {
        try (NDManager inner = memory.newSubManager();
                GradMode mode = GradMode.off()) {
            boolean guided = guidance.needsUnconditional();
            NDArray contexts = on(inner, guided ? twice(negative, context) : context.duplicate());
            NDArray styles = style == null ? null : on(inner, styles(style, guided));
            NDArray latents =
                    sampler.sample(
                            denoiser(contexts, styles, guided),
                            noise,
                            start,
                            schedule,
                            steps,
                            listener);
            latents.attach(memory);
            return latents;
        }
    }

    /** One style for all serves both halves of a guided batch. */
    private static NDArray styles(NDArray style, boolean guided) {
        return guided && style.getShape().get(0) > 1 ? twice(style, style) : style.duplicate();
    }

    /** Unconditional and conditional prediction in one pass over a batch twice as large. */
    private Denoiser denoiser(NDArray contexts, NDArray styles, boolean guided) {
        return (latents, timestep) -> {
            float[] timesteps = {(float) timestep};
            if (!guided) {
                return unet.forward(latents, timesteps, contexts, styles);
            }
            NDArray both = unet.forward(twice(latents, latents), timesteps, contexts, styles);
            NDList halves = both.split(2);
            return guidance.combine(halves.get(0), halves.get(1));
        };
    }

    private static NDArray twice(NDArray first, NDArray second) {
        return NDArrays.concat(new NDList(first, second), 0);
    }

    private static NDArray on(NDManager manager, NDArray array) {
        array.attach(manager);
        return array;
    }
}
