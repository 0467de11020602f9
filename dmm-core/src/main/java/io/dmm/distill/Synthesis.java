package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.LatentSet;
import io.dmm.pipeline.Denoising;
import io.dmm.sampler.Guidance;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.sampler.Sampler;
import io.dmm.sampler.SeededNoise;
import io.dmm.sampler.Start;
import io.dmm.sampler.StepListener;
import java.util.Collections;
import java.util.List;

/**
 * Lets an expert draw pictures of captions, kept as latents: the data of DMM's synthesized stage
 * (arXiv 2504.12364, section 4.2).
 *
 * @param size height and width of the latents
 * @param seed of the first picture; each further one takes the next
 */
public record Synthesis(NoiseSchedule schedule, int size, Settings settings, long seed) {
    private static final int BATCH = 64;

    /**
     * How the pictures are sampled, with DPM++ 2M.
     *
     * @param guidance scale of the classifier-free guidance
     */
    public record Settings(int steps, double guidance) {
        /** What users of Stable Diffusion take. */
        public static final Settings DEFAULT = new Settings(25, 7);
    }

    /** Draws one picture for each caption, on {@code manager}. */
    public LatentSet draw(
            NDManager manager, Teacher teacher, List<String> captions, TrainingListener listener) {
        Denoising denoising =
                new Denoising(
                        teacher.unet(),
                        schedule,
                        Sampler.DPMPP_2M,
                        settings.steps,
                        new Guidance(settings.guidance));
        ProgressMeter meter =
                new ProgressMeter(listener, "drawing as " + teacher.name(), captions.size());
        try (NDManager memory = manager.newSubManager()) {
            NDList batches = new NDList();
            for (int from = 0; from < captions.size(); from += BATCH) {
                meter.checkInterrupted();
                List<String> texts =
                        captions.subList(from, Math.min(captions.size(), from + BATCH));
                batches.add(batch(memory, denoising, teacher, texts, from));
                meter.advance(texts.size());
                meter.report();
            }
            NDArray latents = NDArrays.concat(batches, 0);
            latents.attach(manager);
            return new LatentSet(latents, captions);
        }
    }

    private NDArray batch(
            NDManager memory, Denoising denoising, Teacher teacher, List<String> texts, int from) {
        long[] seeds = new long[texts.size()];
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = seed + from + i;
        }
        Shape sample = new Shape(teacher.unet().config().inChannels(), size, size);
        List<String> empty = Collections.nCopies(seeds.length, "");
        try (NDManager inner = memory.newSubManager()) {
            NDArray latents =
                    denoising.latents(
                            inner,
                            teacher.textStates().of(inner, texts),
                            teacher.textStates().of(inner, empty),
                            null,
                            new SeededNoise(inner, seeds, sample),
                            Start.NOISE,
                            StepListener.NONE);
            latents.attach(memory);
            return latents;
        }
    }
}
