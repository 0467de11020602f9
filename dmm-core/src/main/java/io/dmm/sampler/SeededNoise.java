package io.dmm.sampler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.TorchRandom;
import java.util.Arrays;

/**
 * A stream of noise for each sample of a batch, as diffusers draws it from a list of CPU generators
 * with these seeds: a sample depends on its own seed only. An instance belongs to one thread.
 */
public final class SeededNoise implements NoiseSource {
    private final NDManager manager;
    private final TorchRandom[] streams;
    private final Shape sample;

    /**
     * Opens the streams.
     *
     * @param manager gets every draw
     * @param seeds B seeds
     * @param sample (C, H, W)
     */
    public SeededNoise(NDManager manager, long[] seeds, Shape sample) {
        this.manager = manager;
        this.streams = Arrays.stream(seeds).mapToObj(TorchRandom::new).toArray(TorchRandom[]::new);
        this.sample = sample;
    }

    @Override
    public NDArray draw() {
        int size = Math.toIntExact(sample.size());
        float[] values = new float[streams.length * size];
        for (int i = 0; i < streams.length; i++) {
            System.arraycopy(streams[i].normal(size), 0, values, i * size, size);
        }
        return manager.create(values, new Shape(streams.length).addAll(sample));
    }
}
