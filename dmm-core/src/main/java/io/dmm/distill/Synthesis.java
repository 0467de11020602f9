package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.Batches;
import io.dmm.data.Cache;
import io.dmm.data.Fingerprint;
import io.dmm.data.LatentSet;
import io.dmm.data.RowMaker;
import io.dmm.pipeline.Denoising;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.sampler.Guidance;
import io.dmm.sampler.Sampler;
import io.dmm.sampler.SeededNoise;
import io.dmm.sampler.Start;
import io.dmm.sampler.StepListener;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Lets an expert draw pictures of captions, kept as latents: the data of DMM's synthesized stage
 * (arXiv 2504.12364, section 4.2).
 *
 * @param base has the experts' noise schedule and size of pictures
 * @param seed of the first picture; each further one takes the next
 */
public record Synthesis(StableDiffusion base, Settings settings, long seed) {

    /**
     * How the pictures are sampled, with DPM++ 2M.
     *
     * @param guidance scale of the classifier-free guidance
     */
    public record Settings(int steps, double guidance) {
        /** What users of Stable Diffusion take. */
        public static final Settings DEFAULT = new Settings(25, 7);

        public Settings {
            if (steps < 1) {
                throw new IllegalArgumentException(
                        "synthesis: steps, expected at least 1 but was " + steps);
            }
            new Guidance(guidance); // checks the scale
        }
    }

    /**
     * Draws one picture for each caption, on {@code manager}; a teacher with styles draws in its
     * first.
     */
    public LatentSet draw(
            NDManager manager, Teacher teacher, List<String> captions, TrainingListener listener) {
        return draw(manager, teacher, List.of(0), captions, listener, Cache.NONE, () -> "");
    }

    /**
     * Draws one picture for each caption, as far as the cache does not have them.
     *
     * @param styles of the pictures in turn; not read for a teacher without styles
     * @param teacherKey all that the teacher's answers depend on; asked for only where there is a
     *     cache
     */
    public LatentSet draw(
            NDManager manager,
            Teacher teacher,
            List<Integer> styles,
            List<String> captions,
            TrainingListener listener,
            Cache cache,
            Supplier<String> teacherKey) {
        DrawnLatents drawn = new DrawnLatents(teacher, styles, captions, listener, teacherKey);
        return LatentSet.make(manager, "drawn", captions, drawn, cache);
    }

    private final class DrawnLatents implements RowMaker {
        private final Teacher teacher;
        private final List<Integer> styles;
        private final List<String> captions;
        private final Supplier<String> teacherKey;
        private final Denoising denoising;
        private final ProgressMeter meter;
        private String key;

        private DrawnLatents(
                Teacher teacher,
                List<Integer> styles,
                List<String> captions,
                TrainingListener listener,
                Supplier<String> teacherKey) {
            this.teacher = teacher;
            this.styles = styles;
            this.captions = captions;
            this.teacherKey = teacherKey;
            Guidance guidance = new Guidance(settings.guidance);
            denoising =
                    new Denoising(
                            teacher.unet(),
                            base.schedule(),
                            Sampler.DPMPP_2M,
                            settings.steps,
                            guidance);
            meter = new ProgressMeter(listener, "drawing as " + teacher.name(), captions.size());
        }

        @Override
        public String key(int row) {
            if (key == null) {
                Fingerprint all = new Fingerprint().add(teacherKey.get()).add(size());
                key = all.add(base.schedule().config().toString()).add(settings.toString()).hex();
            }
            return new Fingerprint()
                    .add(key)
                    .add(style(row))
                    .add(seed + row)
                    .add(captions.get(row))
                    .hex();
        }

        private int style(int row) {
            return styles.get(row % styles.size());
        }

        @Override
        public int atOnce() {
            return Batches.of(base.imageSize(), base.imageSize());
        }

        @Override
        public NDArray make(NDManager memory, int from, int to) {
            meter.checkInterrupted();
            NDArray latents = latents(memory, from, to);
            meter.made(to - from);
            return latents;
        }

        private NDArray latents(NDManager memory, int from, int to) {
            List<String> texts = captions.subList(from, to);
            List<String> empty = Collections.nCopies(texts.size(), "");
            int[] drawn = IntStream.range(from, to).map(this::style).toArray();
            long[] seeds = LongStream.range(from, to).map(row -> seed + row).toArray();
            Shape sample = new Shape(teacher.unet().config().inChannels(), size(), size());
            try (NDManager inner = memory.newSubManager()) {
                NDArray latents =
                        denoising.latents(
                                inner,
                                teacher.textStates().of(inner, texts),
                                teacher.textStates().of(inner, empty),
                                StyleRows.of(inner, teacher.unet(), drawn),
                                new SeededNoise(inner, seeds, sample),
                                Start.NOISE,
                                StepListener.NONE);
                latents.attach(memory);
                return latents;
            }
        }

        @Override
        public void found(int rows) {
            meter.found(rows);
        }
    }

    /** Height and width of the latents. */
    private int size() {
        return base.unet().config().sampleSize();
    }
}
