package io.dmm.sampler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.concurrent.CancellationException;

/**
 * The memory, the interruption and the progress of one sampling run: every step has a manager of
 * its own, and only what it carries over outlives it.
 */
final class SamplingLoop implements AutoCloseable {
    private final NDManager parent;
    private final int total;
    private final StepListener listener;
    private NDManager memory;
    private int done;

    SamplingLoop(NDManager parent, int total, StepListener listener) {
        this.parent = parent;
        this.total = total;
        this.listener = listener;
        this.memory = parent.newSubManager();
    }

    /** The number of steps of the run. */
    int total() {
        return total;
    }

    /** A copy of the caller's noise that belongs to the first step. */
    NDArray start(NDArray noise) {
        NDArray latents = noise.duplicate();
        latents.attach(memory);
        return latents;
    }

    /** Evaluates the network once, in the memory of this step, unless the run was interrupted. */
    NDArray predict(Denoiser denoiser, NDArray latents, int timestep) {
        if (Thread.interrupted()) {
            throw new CancellationException(
                    "sampling: interrupted after " + done + " of " + total + " steps");
        }
        NDArray prediction = denoiser.predict(latents, timestep);
        prediction.attach(memory);
        return prediction;
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
        listener.stepDone(done, total, latents);
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
