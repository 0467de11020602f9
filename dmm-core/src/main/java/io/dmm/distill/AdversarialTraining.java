package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.model.unet.UNet;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.tensor.TrainingOps;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The multi-class adversarial loss (DMM, arXiv 2504.12364, Eq. 11 and 12, Algorithm 1) and the
 * training of its discriminator D with 2N classes. With x̂0 = (x_t − √(1−ᾱ_t) ε) / √ᾱ_t for the ε
 * that student or teacher predict for a sample of style i:
 *
 * <pre>
 * student:        L_adv = CE(D(x̂0_student), i)
 * discriminator:  L_dis = CE(D(x̂0_student), N+i) + CE(D(x̂0_teacher), i)
 * </pre>
 *
 * <p>D sees each x̂0 with new noise ({@link Renoising}), the same for both of a sample. x̂0 is not
 * clipped, on which the paper is silent: a mistake in ε counts √(1−ᾱ_t) / √ᾱ_t times, at most 15
 * with the schedule of Stable Diffusion, and clipping would take the gradient from those samples
 * that need it. All samples count the same, whatever {@link TimestepSampling} drew them.
 *
 * <p>One step of a run: {@link #loss} and its backward pass for each micro-batch, {@link
 * #accumulate} for the same, the student's step, then {@link #step}, or {@link #discard} if the
 * student's was skipped. The discriminator is freed with the manager given, or by {@link #close}.
 */
final class AdversarialTraining implements AutoCloseable {
    private final NDManager memory;
    private final NoiseSchedule schedule;
    private final int styles;
    private final AdversarialLoss settings;
    private final long seed;
    private final Discriminator discriminator;
    private final AdamW optimizer;

    /**
     * @param manager the parent of the one that holds the discriminator
     * @param base whose copy is the discriminator's backbone
     * @param styles N
     * @param seed of the discriminator's initial weights and of all noise
     */
    AdversarialTraining(
            NDManager manager,
            UNet base,
            NoiseSchedule schedule,
            int styles,
            AdversarialLoss loss,
            long seed) {
        int last = schedule.config().numTrainTimesteps() - 1;
        if (!(schedule.alphaCumprod(last) > 0)) {
            throw new IllegalArgumentException(
                    "adversarial loss: noise schedule, expected some picture left at timestep "
                            + last
                            + " but was none; x0 cannot be predicted from pure noise");
        }
        this.memory = manager.newSubManager();
        this.schedule = schedule;
        this.styles = styles;
        this.settings = loss;
        this.seed = seed;
        discriminator = new Discriminator(memory, base, styles, seed);
        optimizer = new AdamW(memory, discriminator.parameters(), TrainingLoop.WEIGHT_DECAY);
    }

    /**
     * The student's term λ_adv L_adv (Eq. 11), a scalar whose gradient reaches the student and
     * nothing of the discriminator.
     *
     * @param step numbers the micro-batches of a run
     */
    NDArray loss(Predictions predictions, long step) {
        try (Scope scope = over(predictions)) {
            Renoising renoising = renoising(scope, predictions, step);
            return scope.keep(Ops.scale(loss(predictions, renoising), settings.weight()));
        }
    }

    NDArray loss(Predictions predictions, Renoising renoising) {
        try (Scope scope = over(predictions)) {
            NDArray features = features(predictions, predictions.student(), renoising);
            NDArray logits = discriminator.judge(features);
            return scope.keep(TrainingOps.crossEntropy(logits, classes(scope, predictions, 0)));
        }
    }

    /**
     * Adds the gradient of the discriminator's loss (Eq. 12) to those it will {@link #step} by; the
     * student gets none.
     *
     * @param step as for {@link #loss} of the same predictions
     * @param share what this micro-batch counts in the step
     * @return L_dis, without the share
     */
    double accumulate(Predictions predictions, long step, double share) {
        try (Scope scope = over(predictions)) {
            return accumulate(predictions, renoising(scope, predictions, step), share);
        }
    }

    double accumulate(Predictions predictions, Renoising renoising, double share) {
        try (Scope scope = over(predictions);
                GradMode mode = GradMode.on()) {
            NDArray ofStudent = detachedFeatures(predictions, predictions.student(), renoising);
            NDArray ofTeachers = detachedFeatures(predictions, predictions.teachers(), renoising);
            NDArray imitated =
                    TrainingOps.crossEntropy(
                            discriminator.train(ofStudent), classes(scope, predictions, styles));
            NDArray taught =
                    TrainingOps.crossEntropy(
                            discriminator.train(ofTeachers), classes(scope, predictions, 0));
            NDArray loss = imitated.add(taught);
            GradMode.backward(Ops.scale(loss, share));
            return loss.getFloat();
        }
    }

    /**
     * Updates the discriminator by the gradients accumulated since the last step, clipped to a
     * joint 2-norm of 1.
     *
     * @return that norm before clipping; if it is not finite, nothing changed
     */
    double step() {
        return optimizer.step(settings.learningRate(), TrainingLoop.MAX_GRAD_NORM);
    }

    /** Clears those gradients instead. */
    void discard() {
        optimizer.discard();
    }

    /**
     * What a checkpoint must keep: the arrays themselves, of the discriminator's head after {@code
     * discriminator.} and of its optimiser after {@code discriminator.adamw.}. Writing values into
     * them restores a state.
     */
    Map<String, NDArray> state() {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        parameters().forEach((name, array) -> arrays.put("discriminator." + name, array));
        optimizer
                .state()
                .forEach((name, array) -> arrays.put("discriminator.adamw." + name, array));
        return arrays;
    }

    /** The trained weights of the discriminator, by name. */
    Map<String, NDArray> parameters() {
        return discriminator.parameters();
    }

    private NDArray detachedFeatures(
            Predictions predictions, NDArray noisePred, Renoising renoising) {
        try (GradMode mode = GradMode.off()) {
            return features(predictions, noisePred, renoising);
        }
    }

    /** What the discriminator's backbone sees in x̂0 under its new noise. */
    private NDArray features(Predictions predictions, NDArray noisePred, Renoising renoising) {
        NoisyLatents noisy = predictions.noisy();
        try (Scope scope = Scope.over(noisePred, noisy.latents())) {
            ForwardProcess first = at(scope, noisy.timesteps());
            ForwardProcess second = at(scope, renoising.timesteps());
            NDArray clean = first.denoised(noisy.latents(), noisePred);
            NDArray latents = second.noised(clean, renoising.noise());
            return scope.keep(
                    discriminator.features(latents, renoising.timesteps(), predictions.context()));
        }
    }

    private ForwardProcess at(Scope scope, float[] timesteps) {
        return ForwardProcess.at(scope.manager(), schedule, timesteps);
    }

    private Renoising renoising(Scope scope, Predictions predictions, long step) {
        Shape shape = predictions.student().getShape();
        return Renoising.draw(scope.manager(), shape, schedule, seed, step);
    }

    /** The class of each sample, (B). */
    private NDArray classes(Scope scope, Predictions predictions, int offset) {
        long[] classes = Arrays.stream(predictions.styles()).mapToLong(i -> i + offset).toArray();
        if (Arrays.stream(predictions.styles()).anyMatch(i -> i < 0 || i >= styles)) {
            throw new IllegalArgumentException(
                    "adversarial loss: styles, expected numbers from 0 to "
                            + (styles - 1)
                            + " but was "
                            + Arrays.toString(predictions.styles()));
        }
        return Ops.create(scope.manager(), classes, new Shape(classes.length));
    }

    private static Scope over(Predictions predictions) {
        return Scope.over(
                predictions.student(), predictions.teachers(), predictions.noisy().latents());
    }

    /** Frees the discriminator and its optimiser. */
    @Override
    public void close() {
        optimizer.close();
        memory.close();
    }
}
