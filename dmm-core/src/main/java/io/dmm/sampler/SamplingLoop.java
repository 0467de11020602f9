package io.dmm.sampler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.concurrent.CancellationException;

/**
 * The memory, the interruption and the progress of one sampling run: every step has a manager of
 * its own, and only what it carries over outlives it.
 */
final class SamplingLoop implements AutoCloseable {
    private final Denoiser denoiser;
    private final NoiseSource source;
    private final NDArray picture;
    private final NoiseSchedule schedule;
    private final int steps;
    private final int first;
    private final StepListener listener;
    private final NDArray initialNoise;
    private final NDManager parent;
    private NDManager memory;
    private int done;

    SamplingLoop(
            Denoiser denoiser,
            NoiseSource source,
            Start start,
            NoiseSchedule schedule,
            int steps,
            StepListener listener) {
        this.denoiser = denoiser;
        this.source = source;
        this.picture = start.picture();
        this.schedule = schedule;
        this.steps = steps;
        this.first = start.skipped(steps);
        this.listener = listener;
        initialNoise = source.draw();
        parent = initialNoise.getManager();
        memory = parent.newSubManager();
        initialNoise.attach(memory);
    }

    NoiseSchedule schedule() {
        return schedule;
    }

    /** The number of steps that the noise levels are laid out for. */
    int steps() {
        return steps;
    }

    /** The index of the first step that is taken; those before are left out. */
    int first() {
        return first;
    }

    /**
     * The latents of the first step: the picture under noise, alpha x0 + sigma noise, or noise
     * alone.
     *
     * @param deviation standard deviation of latents without a picture
     */
    NDArray start(double alpha, double sigma, double deviation) {
        if (picture == null) {
            return initialNoise.mul((float) deviation);
        }
        NDArray latents = picture.mul((float) alpha);
        latents.attach(memory);
        return latents.addi(initialNoise.mul((float) sigma));
    }

    /** Fresh noise, in the memory of this step. */
    NDArray draw() {
        NDArray noise = source.draw();
        noise.attach(memory);
        return noise;
    }

    /** Evaluates the network once, in the memory of this step, unless the run was interrupted. */
    NDArray predict(NDArray latents, double timestep) {
        if (Thread.interrupted()) {
            throw new CancellationException(
                    "sampling: interrupted after " + done + " of " + (steps - first) + " steps");
        }
        NDArray prediction = denoiser.predict(latents, timestep);
        prediction.attach(memory);
        return prediction;
    }

    /** The picture that the network sees in latents = α x0 + σ noise. */
    NDArray denoised(NDArray latents, double timestep, double alpha, double sigma) {
        return schedule.config()
                .predictionType()
                .denoised(latents, predict(latents, timestep), (float) alpha, (float) sigma);
    }

    /** The noise that the network sees in latents = α x0 + σ noise. */
    NDArray noise(NDArray latents, double timestep, double alpha, double sigma) {
        return schedule.config()
                .predictionType()
                .noise(latents, predict(latents, timestep), (float) alpha, (float) sigma);
    }

    /** Ends a step: frees all of it but the latents and the history that the next step needs. */
    void endStep(NDArray latents, NDArray... history) {
        NDManager next = parent.newSubManager();
        latents.attach(next);
        for (NDArray array : history) {
            array.attach(next);
        }
        memory.close();
        memory = next;
        done++;
        listener.stepDone(done, steps - first, latents);
    }

    /** Gives the finished latents to the manager that the noise came from. */
    NDArray finish(NDArray latents) {
        latents.attach(parent);
        return latents;
    }

    @Override
    public void close() {
        memory.close();
    }
}
