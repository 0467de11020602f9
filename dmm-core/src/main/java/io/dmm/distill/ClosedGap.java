package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.Batches;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.model.unet.UNet;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.GradMode;
import java.util.Arrays;
import java.util.List;

/**
 * How much of the way from the base to an expert the student has gone, in predicted noise: 1 −
 * Σ‖ε_student − ε_expert‖² / Σ‖ε_base − ε_expert‖². 1 when the student equals the expert, 0 when it
 * is no nearer than the base.
 *
 * @param base whose UNet predicts with {@code textStates}
 * @param student predicts with {@code studentStates}; one without styles is compared as it is
 */
public record ClosedGap(
        StableDiffusion base,
        UNet student,
        TextStates textStates,
        TextStates studentStates,
        long seed) {

    /** Base and student read the captions alike. */
    public ClosedGap(StableDiffusion base, UNet student, TextStates textStates, long seed) {
        this(base, student, textStates, textStates, seed);
    }

    /** What was summed over all samples and elements. */
    public record Sums(double studentToExpert, double baseToExpert, double expert) {
        private static final double ROUNDING = 1e-9;

        /** NaN where the expert is the base, but for rounding: there is no gap to close. */
        public double closedGap() {
            return expertDifference() < ROUNDING ? Double.NaN : 1 - studentToExpert / baseToExpert;
        }

        /** How far the expert is from the base: Σ‖ε_base − ε_expert‖² / Σ‖ε_expert‖². */
        public double expertDifference() {
            return baseToExpert / expert;
        }

        private Sums plus(Sums more) {
            return new Sums(
                    studentToExpert + more.studentToExpert,
                    baseToExpert + more.baseToExpert,
                    expert + more.expert);
        }
    }

    /** Measures one expert on all latents of a set, each noised once. */
    public Sums measure(
            NDManager manager,
            Teacher teacher,
            int style,
            LatentSet set,
            TrainingListener listener) {
        ProgressMeter meter =
                new ProgressMeter(listener, "comparing with " + teacher.name(), set.size());
        Shape latents = set.shape();
        long pixels = base.vae().config().downsampling(); // to each side of a latent
        int batch = Batches.of(pixels * latents.get(2), pixels * latents.get(1));
        Sums sums = new Sums(0, 0, 0);
        for (int from = 0; from < set.size(); from += batch) {
            meter.checkInterrupted();
            int to = Math.min(set.size(), from + batch);
            try (NDManager memory = manager.newSubManager();
                    GradMode mode = GradMode.off()) {
                sums = sums.plus(batch(memory, teacher, style, set, from, to));
            }
            meter.made(to - from);
        }
        return sums;
    }

    private Sums batch(
            NDManager memory, Teacher teacher, int style, LatentSet set, int from, int to) {
        long[] rows = new long[to - from];
        Arrays.setAll(rows, i -> from + i);
        List<String> captions = set.captions().subList(from, to);
        NoisyLatents noisy =
                NoisyLatents.draw(set.latents(memory, rows), base.schedule(), seed, from);
        NDArray context = textStates.of(memory, captions);
        int[] styles = new int[rows.length];
        Arrays.fill(styles, style);
        float[] timesteps = noisy.timesteps();
        NDArray expert = teacher.predict(memory, noisy.latents(), timesteps, captions);
        NDArray fromBase = base.unet().forward(noisy.latents(), timesteps, context, null);
        NDArray fromStudent =
                student.forward(
                        noisy.latents(),
                        timesteps,
                        studentStates.of(memory, captions),
                        StyleRows.of(memory, student, styles));
        return new Sums(
                squares(fromStudent.sub(expert)), squares(fromBase.sub(expert)), squares(expert));
    }

    private static double squares(NDArray difference) {
        return difference.square().sum().getFloat();
    }
}
