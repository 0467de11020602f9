package io.dmm.distill;

import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.dmm.data.LatentSet;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits each micro-batch over the teachers and draws pictures, captions, styles, timesteps and
 * noise, by what (seed, micro-step) determine.
 *
 * <p>Captions are dropped for classifier-free guidance by one draw that student and teacher share.
 *
 * @param batch samples of a micro-batch
 * @param parts micro-batches of a step
 */
public record SampleDrawing(
        List<Lesson> lessons,
        NoiseSchedule schedule,
        TimestepSampling timesteps,
        int batch,
        int parts,
        long seed) {
    private static final double CAPTION_DROPPING = 0.1;
    private static final double GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

    /** Like the golden ratio's, its multiples spread evenly, and do so apart from those. */
    private static final double SQRT_HALF = Math.sqrt(0.5);

    public SampleDrawing {
        lessons = List.copyOf(lessons);
    }

    Samples draw(NDManager memory, long microStep) {
        PhiloxRandom data = PhiloxRandom.of(seed, microStep, Purpose.DATA);
        PhiloxRandom dropping = PhiloxRandom.of(seed, microStep, Purpose.CAPTION);
        PhiloxRandom style = PhiloxRandom.of(seed, microStep, Purpose.STYLE);
        int[] counts = counts(microStep);
        int[] styles = new int[batch];
        List<String> captions = new ArrayList<>();
        NDList latents = new NDList();
        for (int i = 0; i < counts.length; i++) {
            Lesson lesson = lessons.get(i);
            int own = own(i, counts[i], microStep);
            List<Integer> rows = lesson.styles();
            int sample = captions.size();
            for (long picture : pick(memory, lesson.own(), own, data, latents, captions)) {
                styles[sample++] = rows.get((int) (picture % rows.size()));
            }
            pick(memory, lesson.common(), counts[i] - own, data, latents, captions);
            while (sample < captions.size()) {
                styles[sample++] = rows.get(rows.size() == 1 ? 0 : style.nextInt(rows.size()));
            }
        }
        captions.replaceAll(caption -> dropping.nextDouble() < CAPTION_DROPPING ? "" : caption);
        NoisyLatents noisy =
                NoisyLatents.draw(
                        NDArrays.concat(latents, 0), schedule, timesteps, seed, microStep);
        return new Samples(noisy, captions, counts, styles);
    }

    /** Draws pictures; gives their rows in the set. */
    private static long[] pick(
            NDManager memory,
            LatentSet set,
            int count,
            PhiloxRandom data,
            NDList latents,
            List<String> captions) {
        long[] rows = new long[count];
        if (count == 0) {
            return rows;
        }
        for (int i = 0; i < count; i++) {
            rows[i] = data.nextInt(set.size());
            captions.add(set.caption((int) rows[i]));
        }
        latents.add(set.latents(memory, rows));
        return rows;
    }

    /** How many of a teacher's samples are of its own pictures; in the mean its share of them. */
    int own(int teacher, int samples, long microStep) {
        double dither = (teacher * GOLDEN_RATIO + microStep * SQRT_HALF) % 1;
        return lessons.get(teacher).own(samples, dither);
    }

    /**
     * How many samples each teacher has, in proportion to the weights: as many of the batch's
     * equally spaced points as fall into its part of [0, 1). Each micro-batch of a step has one in
     * {@code parts} of them. The points move from step to step, so that parts which are no whole
     * number of samples come out right over a few steps.
     */
    int[] counts(long microStep) {
        double total = lessons.stream().mapToDouble(Lesson::weight).sum();
        double moved = (0.5 + microStep / parts * GOLDEN_RATIO) % 1;
        double shift = (microStep % parts + moved) / parts;
        int[] counts = new int[lessons.size()];
        double end = 0;
        int given = 0;
        for (int i = 0; i < counts.length; i++) {
            end += lessons.get(i).weight() / total;
            // points (k + shift) / batch below the end of this part; rounding must not lose the
            // last
            int until =
                    i == counts.length - 1
                            ? batch
                            : (int) Math.max(given, Math.ceil(end * batch - shift - 1e-9));
            counts[i] = until - given;
            given = until;
        }
        return counts;
    }
}
