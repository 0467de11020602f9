package io.dmm.sampler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.TorchRandom;

/** A picture of one row that is known exactly, and what a perfect network says of its latents. */
final class KnownPicture implements AutoCloseable {
    static final int SIZE = 16;

    final NDManager manager = NDManager.newBaseManager();
    final NDArray noise = manager.create(new TorchRandom(1).normal(SIZE), new Shape(1, SIZE));
    final NDArray x0 = manager.create(new TorchRandom(2).normal(SIZE), new Shape(1, SIZE));

    /** SD 1.5's betas, ending at ᾱ = 1. */
    static NoiseSchedule schedule(PredictionType type, TimestepSpacing spacing, int stepsOffset) {
        Betas betas = NoiseScheduleConfig.sd15().betas();
        return new NoiseSchedule(
                new NoiseScheduleConfig(1000, betas, type, spacing, stepsOffset, true));
    }

    /** Begins with {@code noise}. */
    NoiseSource source() {
        return new SeededNoise(manager, new long[] {1}, new Shape(SIZE));
    }

    int arrays() {
        return manager.getManagedArrays().size();
    }

    NDArray sample(Sampler sampler, Denoiser denoiser, NoiseSchedule schedule, int steps) {
        return sample(sampler, denoiser, Start.NOISE, schedule, steps);
    }

    NDArray sample(
            Sampler sampler, Denoiser denoiser, Start start, NoiseSchedule schedule, int steps) {
        return sampler.sample(denoiser, source(), start, schedule, steps, StepListener.NONE);
    }

    /** The noise in latents whose picture is x0, with no array left behind. */
    Denoiser exactNoise(NoiseSchedule schedule) {
        return (latents, timestep) -> {
            try (NDArray picture = x0.mul((float) alpha(schedule, timestep))) {
                return latents.sub(picture).divi((float) sigma(schedule, timestep));
            }
        };
    }

    /** Likewise the velocity. */
    Denoiser exactVelocity(NoiseSchedule schedule) {
        Denoiser exactNoise = exactNoise(schedule);
        return (latents, timestep) -> {
            float alpha = (float) alpha(schedule, timestep);
            float sigma = (float) sigma(schedule, timestep);
            return exactNoise.predict(latents, timestep).mul(alpha).sub(x0.mul(sigma));
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

    @Override
    public void close() {
        manager.close();
    }
}
