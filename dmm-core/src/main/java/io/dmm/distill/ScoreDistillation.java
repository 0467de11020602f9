package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.model.unet.UNet;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Score distillation of N teachers into one student (DMM, arXiv 2504.12364, Eq. 9): the batch is
 * split over the teachers, the student sees all of it in one pass with a style per sample.
 *
 * <p>L_score is the mean over all elements of (ε(x_t, t, i; θ) − ε(x_t, t; θ_i))², as in the
 * authors' code; the paper's sum over teachers differs by a factor. Captions are dropped for
 * classifier-free guidance by one draw that student and teacher share.
 */
public final class ScoreDistillation implements TrainingLoop.Objective {
    private static final double CAPTION_DROPPING = 0.1;

    private final UNet student;
    private final TextStates textStates;
    private final List<Teacher> teachers;
    private final List<LatentSources> sources;
    private final NoiseSchedule schedule;
    private final TimestepSampling timesteps;
    private final FeatureImitation features;
    private final int batch;
    private final long seed;

    /**
     * Where a teacher's latents come from.
     *
     * @param common the set that all teachers share
     * @param own what the teacher itself drew, or null; half of its samples then
     */
    public record LatentSources(LatentSet common, LatentSet own) {}

    /** A teacher's part of the batch, before noise. */
    private record Slice(NDArray latents, List<String> captions) {}

    /** What the teachers answer for the whole batch: noise, and outputs of blocks if asked for. */
    private record Target(NDArray noisePred, List<NDArray> features) {}

    /**
     * @param sources one per teacher
     * @param features the second term of the loss, or null for the score alone
     */
    public ScoreDistillation(
            UNet student,
            TextStates textStates,
            List<Teacher> teachers,
            List<LatentSources> sources,
            NoiseSchedule schedule,
            TimestepSampling timesteps,
            FeatureImitation features,
            int batch,
            long seed) {
        this.student = student;
        this.textStates = textStates;
        this.teachers = teachers;
        this.sources = sources;
        this.schedule = schedule;
        this.timesteps = timesteps;
        this.features = features;
        this.batch = batch;
        this.seed = seed;
    }

    @Override
    public NDArray loss(NDManager memory, long step) {
        PhiloxRandom data = PhiloxRandom.of(seed, step, Purpose.DATA);
        PhiloxRandom dropping = PhiloxRandom.of(seed, step, Purpose.CAPTION);
        List<Slice> slices = new ArrayList<>();
        NDList latents = new NDList();
        for (int i = 0; i < teachers.size(); i++) {
            slices.add(slice(memory, sources.get(i), samplesOf(i, step), data, dropping));
            latents.add(slices.get(i).latents);
        }
        NoisyLatents noisy =
                NoisyLatents.draw(NDArrays.concat(latents, 0), schedule, timesteps, seed, step);
        Target target = target(memory, noisy, slices);
        List<String> captions = slices.stream().flatMap(slice -> slice.captions.stream()).toList();
        List<NDArray> outputs = features == null ? null : new ArrayList<>();
        NDArray noisePred =
                student.forward(
                        noisy.latents(),
                        noisy.timesteps(),
                        textStates.of(memory, captions),
                        styles(memory, slices),
                        outputs);
        NDArray roots = rootsOfWeights(memory, noisy.timesteps());
        NDArray score = Ops.mse(noisePred.mul(roots), target.noisePred.mul(roots));
        return features == null ? score : score.add(features.loss(outputs, target.features));
    }

    /** Square roots of the samples' weights, (B, 1, 1, 1): both sides of a square take one. */
    private NDArray rootsOfWeights(NDManager memory, float[] drawn) {
        int count = schedule.config().numTrainTimesteps();
        float[] roots = new float[drawn.length];
        for (int i = 0; i < drawn.length; i++) {
            roots[i] = (float) Math.sqrt(timesteps.weight((int) drawn[i], count));
        }
        return Ops.create(memory, roots, new Shape(drawn.length, 1, 1, 1));
    }

    /** The batch need not be a multiple of the teachers: who gets one more moves on every step. */
    private int samplesOf(int teacher, long step) {
        int count = teachers.size();
        long turn = (teacher + step) % count;
        return batch / count + (turn < batch % count ? 1 : 0);
    }

    private static Slice slice(
            NDManager memory,
            LatentSources sources,
            int size,
            PhiloxRandom data,
            PhiloxRandom dropping) {
        int own = sources.own == null ? 0 : size / 2;
        List<String> captions = new ArrayList<>();
        NDList latents = new NDList();
        if (own > 0) {
            latents.add(pick(memory, sources.own, own, data, captions));
        }
        if (size > own) {
            latents.add(pick(memory, sources.common, size - own, data, captions));
        }
        captions.replaceAll(caption -> dropping.nextDouble() < CAPTION_DROPPING ? "" : caption);
        return new Slice(NDArrays.concat(latents, 0), captions);
    }

    private static NDArray pick(
            NDManager memory, LatentSet set, int count, PhiloxRandom data, List<String> captions) {
        long[] rows = new long[count];
        for (int i = 0; i < count; i++) {
            rows[i] = data.nextInt(set.size());
            captions.add(set.caption((int) rows[i]));
        }
        return set.latents(memory, rows);
    }

    /**
     * What each teacher predicts for its slice; computed before the student's graph is recorded.
     */
    private Target target(NDManager memory, NoisyLatents noisy, List<Slice> slices) {
        try (GradMode mode = GradMode.off()) {
            NDList predictions = new NDList();
            List<NDList> outputs = new ArrayList<>();
            int from = 0;
            for (int i = 0; i < teachers.size(); i++) {
                List<String> captions = slices.get(i).captions;
                int to = from + captions.size();
                NDArray latents = noisy.latents().get(from + ":" + to);
                float[] timesteps = Arrays.copyOfRange(noisy.timesteps(), from, to);
                List<NDArray> blocks = features == null ? null : new ArrayList<>();
                Teacher teacher = teachers.get(i);
                predictions.add(teacher.predict(memory, latents, timesteps, captions, blocks));
                if (features != null) {
                    outputs.add(new NDList(blocks));
                }
                from = to;
            }
            return new Target(NDArrays.concat(predictions, 0), joined(outputs));
        }
    }

    /** The outputs of each block, of all teachers along the batch. */
    private static List<NDArray> joined(List<NDList> outputs) {
        int blocks = outputs.isEmpty() ? 0 : outputs.get(0).size();
        return IntStream.range(0, blocks)
                .mapToObj(
                        block ->
                                NDArrays.concat(
                                        new NDList(
                                                outputs.stream()
                                                        .map(teacher -> teacher.get(block))
                                                        .toList()),
                                        0))
                .toList();
    }

    /** One row per sample, 1 at its teacher's style. */
    private NDArray styles(NDManager memory, List<Slice> slices) {
        int count = teachers.size();
        float[] rows = new float[batch * count];
        int sample = 0;
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < slices.get(i).captions.size(); j++) {
                rows[sample++ * count + i] = 1;
            }
        }
        return Ops.create(memory, rows, new Shape(batch, count));
    }
}
