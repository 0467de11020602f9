package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.dmm.data.TextStates;
import io.dmm.model.unet.Activations;
import io.dmm.model.unet.RecordedPass;
import io.dmm.model.unet.UNet;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.SideBySide;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The loss of distilling N teachers into one student (DMM, arXiv 2504.12364, Eq. 13): the batch is
 * split over the teachers, the student sees all of it in one pass with a style per sample.
 */
public final class DistillationObjective implements TrainingLoop.Objective {
    private final UNet student;
    private final Activations activations;
    private final TextStates textStates;
    private final SampleDrawing drawing;
    private final ScoreLoss score;
    private final FeatureImitation features;
    private final AdversarialTraining adversary;

    /**
     * What is trained.
     *
     * @param base what it was made from
     * @param activations what is held between its forward and its backward pass
     */
    public record StudentNetwork(UNet unet, UNet base, Activations activations) {}

    /** What the teachers answer for the whole batch: noise, and outputs of blocks if asked for. */
    private record Target(NDArray noisePred, List<NDArray> features) {}

    /**
     * @param manager receives what the losses train themselves
     * @param student in training; its base is the backbone of a discriminator
     * @param textStates the captions as the student reads them
     * @param drawing with the lessons, whose teachers are asked
     * @param losses one of each kind at most, {@link ScoreLoss} among them
     */
    public DistillationObjective(
            NDManager manager,
            StudentNetwork student,
            TextStates textStates,
            SampleDrawing drawing,
            List<Loss> losses) {
        this.student = student.unet;
        this.activations = student.activations;
        this.textStates = textStates;
        this.drawing = drawing;
        this.score = find(losses, ScoreLoss.class);
        this.features = find(losses, FeatureImitation.class);
        AdversarialLoss adversarial = find(losses, AdversarialLoss.class);
        this.adversary =
                adversarial == null
                        ? null
                        : new AdversarialTraining(
                                manager,
                                student.base,
                                drawing.schedule(),
                                this.student.config().styles(),
                                adversarial,
                                drawing.seed());
    }

    private static <T extends Loss> T find(List<Loss> losses, Class<T> kind) {
        return losses.stream().filter(kind::isInstance).map(kind::cast).findFirst().orElse(null);
    }

    @Override
    public StepLosses accumulate(NDManager memory, long microStep, double share) {
        Samples samples = drawing.draw(memory, microStep);
        NoisyLatents noisy = samples.noisy();
        NDArray context = textStates.of(memory, samples.captions());
        NDArray styles = StyleRows.of(memory, student, samples.styles());
        List<Supplier<NDList>> answers = answers(samples);
        SideBySide.Both<Target, RecordedPass> both =
                SideBySide.run(
                        () -> target(answers),
                        () ->
                                student.record(
                                        activations,
                                        noisy.latents(),
                                        noisy.timesteps(),
                                        context,
                                        styles));
        Target target = both.first();
        RecordedPass pass = both.second();
        NDArray scores = scores(pass.noisePred(), target.noisePred, noisy.timesteps());
        NDArray total = scores.mean();
        Map<String, Double> parts = parts(scores, samples.counts());
        if (features != null) {
            NDArray imitation = features.loss(pass.features(), target.features);
            parts.put("features", (double) imitation.getFloat());
            total = total.add(imitation);
        }
        if (adversary != null) {
            Predictions predictions =
                    new Predictions(
                            noisy, pass.noisePred(), target.noisePred, samples.styles(), context);
            NDArray deception = adversary.loss(predictions, microStep);
            parts.put("adversarial", (double) deception.getFloat());
            parts.put("discriminator", adversary.accumulate(predictions, microStep, share));
            total = total.add(deception);
        }
        double value = total.getFloat();
        pass.backward(share == 1 ? total : Ops.scale(total, share));
        return new StepLosses(value, parts);
    }

    @Override
    public void update() {
        if (adversary != null) {
            adversary.step();
        }
    }

    @Override
    public void discard() {
        if (adversary != null) {
            adversary.discard();
        }
    }

    @Override
    public Map<String, Map<String, NDArray>> state() {
        return adversary == null ? Map.of() : Map.of("discriminator", adversary.state());
    }

    /** Each sample's weighted mean squared difference, (B). */
    private NDArray scores(NDArray noisePred, NDArray target, float[] drawn) {
        int count = drawing.schedule().config().numTrainTimesteps();
        float[] weights = new float[drawn.length];
        for (int i = 0; i < drawn.length; i++) {
            int timestep = (int) drawn[i];
            weights[i] =
                    (float)
                            (drawing.timesteps().weight(timestep, count)
                                    * score.weight(drawing.schedule(), timestep));
        }
        return ScoreLoss.perSample(noisePred, target, weights);
    }

    /** The score loss, and that of each teacher, a mean over its samples. */
    private Map<String, Double> parts(NDArray scores, int[] counts) {
        Map<String, Double> parts = new TreeMap<>();
        float[] values = scores.toFloatArray();
        parts.put("score", mean(values, 0, values.length));
        int from = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                String name = StepMetrics.SCORE_OF + drawing.lessons().get(i).teacher().name();
                parts.put(name, mean(values, from, from + counts[i]));
            }
            from += counts[i];
        }
        return parts;
    }

    private static double mean(float[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += values[i];
        }
        return sum / (to - from);
    }

    /**
     * Who answers for which slice. It is cut here, since a pass lends the latents to a scope of its
     * own while it goes on.
     */
    private List<Supplier<NDList>> answers(Samples samples) {
        List<Supplier<NDList>> answers = new ArrayList<>();
        int from = 0;
        List<Lesson> lessons = drawing.lessons();
        for (int i = 0; i < lessons.size(); i++) {
            int to = from + samples.counts()[i];
            if (from < to) {
                NDArray latents = samples.noisy().latents().get(from + ":" + to);
                answers.add(answer(lessons.get(i).teacher(), latents, samples, from, to));
            }
            from = to;
        }
        return answers;
    }

    private static Target target(List<Supplier<NDList>> answers) {
        try (GradMode mode = GradMode.off()) {
            NDList joined = joined(answers.stream().map(Supplier::get).toList());
            return new Target(joined.head(), joined.subNDList(1));
        }
    }

    /** One teacher's noise for some of the samples and, if asked for, the outputs of its blocks. */
    private Supplier<NDList> answer(
            Teacher teacher, NDArray latents, Samples samples, int from, int to) {
        int[] styles = Arrays.copyOfRange(samples.styles(), from, to);
        float[] timesteps = Arrays.copyOfRange(samples.noisy().timesteps(), from, to);
        List<String> captions = samples.captions().subList(from, to);
        return () -> {
            NDManager memory = latents.getManager();
            NDList blocks = features == null ? null : new NDList();
            NDArray style = StyleRows.of(memory, teacher.unet(), styles);
            NDArray noise = teacher.predict(memory, latents, timesteps, captions, style, blocks);
            return features == null ? new NDList(noise) : new NDList(noise).addAll(blocks);
        };
    }

    /** Each array of the teachers' answers, of all teachers along the batch. */
    private static NDList joined(List<NDList> answers) {
        NDList joined = new NDList();
        for (int i = 0; i < answers.get(0).size(); i++) {
            int at = i;
            List<NDArray> parts = answers.stream().map(answer -> answer.get(at)).toList();
            joined.add(NDArrays.concat(new NDList(parts), 0));
        }
        return joined;
    }
}
