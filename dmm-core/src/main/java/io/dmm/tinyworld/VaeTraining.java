package io.dmm.tinyworld;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.Pixels;
import io.dmm.distill.LearningRate;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.TrainingLoop;
import io.dmm.distill.TrainingLoop.Objective;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains the tiny world's autoencoder on pictures of the base's styles: absolute error of the
 * pixels and a slight pull of the latents towards a unit normal.
 */
final class VaeTraining {
    private static final float KL_WEIGHT = 1e-4f;
    private static final int BATCH = 16;
    private static final TrainingLoop LOOP =
            new TrainingLoop(
                    3500,
                    BATCH,
                    LearningRate.cosine(1.5e-3).withWarmup(100),
                    TrainingLoop.WEIGHT_DECAY,
                    TrainingLoop.MAX_GRAD_NORM);

    private static final TrainingLoop DECODER_LOOP =
            new TrainingLoop(
                    2000,
                    BATCH,
                    LearningRate.cosine(1e-3).withWarmup(100),
                    TrainingLoop.WEIGHT_DECAY,
                    TrainingLoop.MAX_GRAD_NORM);

    private final long seed;

    VaeTraining(long seed) {
        this.seed = seed;
    }

    void run(
            NDManager manager,
            AutoencoderKl vae,
            Map<String, NDArray> parameters,
            TrainingListener listener) {
        Objective objective = Objective.of((memory, step) -> loss(memory, vae, step));
        LOOP.run(manager, parameters, objective, listener);
    }

    /** Trains the decoder alone, on latents without noise; the encoder stays as it is. */
    void sharpen(NDManager manager, AutoencoderKl vae, TrainingListener listener) {
        Map<String, NDArray> decoder = new LinkedHashMap<>(vae.parameters());
        decoder.keySet().removeIf(name -> !name.matches("(decoder|post_quant_conv)\\..*"));
        DECODER_LOOP.run(
                manager,
                decoder,
                Objective.of((memory, step) -> decodingLoss(memory, vae, step)),
                listener);
    }

    private NDArray decodingLoss(NDManager memory, AutoencoderKl vae, long step) {
        NDArray pixels = Pixels.toArray(memory, pictures(seed, step, BATCH));
        NDArray latents;
        try (GradMode mode = GradMode.off()) {
            latents = vae.moments(pixels).mean();
        }
        return vae.decodeUnscaled(latents).sub(pixels).abs().mean();
    }

    private NDArray loss(NDManager memory, AutoencoderKl vae, long step) {
        NDArray pixels = Pixels.toArray(memory, pictures(seed, step, BATCH));
        AutoencoderKl.Moments moments = vae.moments(pixels);
        NDArray mean = moments.mean();
        NDArray logVariance = moments.logVariance();
        PhiloxRandom random = PhiloxRandom.of(seed, step, Purpose.NOISE);
        Shape shape = mean.getShape();
        NDArray noise = Ops.create(memory, random.normals(Math.toIntExact(shape.size())), shape);
        NDArray latents = mean.add(Ops.scale(logVariance, 0.5).exp().mul(noise));
        NDArray error = vae.decodeUnscaled(latents).sub(pixels).abs().mean();
        NDArray divergence = mean.square().add(logVariance.exp()).sub(logVariance).sub(1f).mean();
        return error.add(Ops.scale(divergence, 0.5 * KL_WEIGHT));
    }

    /**
     * Brings latents to unit deviation: 1 / standard deviation over pictures of the base's styles.
     */
    double scalingFactor(NDManager manager, AutoencoderKl vae) {
        try (NDManager memory = manager.newSubManager();
                GradMode mode = GradMode.off()) {
            NDArray mean = vae.moments(Pixels.toArray(memory, pictures(seed, -1, 256))).mean();
            NDArray centred = mean.sub(mean.mean());
            return 1 / Math.sqrt(centred.square().mean().getFloat());
        }
    }

    private static List<BufferedImage> pictures(long seed, long step, int count) {
        PhiloxRandom random = PhiloxRandom.of(seed, step, Purpose.DATA);
        List<Scene> scenes = Scene.all();
        List<Style> styles = Style.ofBase();
        List<BufferedImage> pictures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Scene scene = scenes.get(random.nextInt(scenes.size()));
            Style style = styles.get(random.nextInt(styles.size()));
            pictures.add(Painter.paint(scene, style, random));
        }
        return pictures;
    }
}
