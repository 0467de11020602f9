package io.dmm.tinyworld;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.data.LatentSet;
import io.dmm.distill.NoisyLatents;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.TrainingLoop;
import io.dmm.distill.TrainingLoop.Objective;
import io.dmm.model.unet.UNet;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;
import io.dmm.tensor.TrainingOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Trains a UNet to predict the noise in the latents of captioned pictures (Ho et al., arXiv
 * 2006.11239, Eq. 14), a tenth of the captions dropped for guidance.
 */
final class UNetTraining {
    private static final double CAPTION_DROPPING = 0.1;

    private final UNet unet;
    private final Conditioning conditioning;
    private final NoiseSchedule schedule;
    private final LatentSet pictures;
    private final long seed;

    /** Text states of captions, with gradients where the text encoder trains too. */
    @FunctionalInterface
    interface Conditioning {
        NDArray context(NDManager memory, List<String> captions);
    }

    UNetTraining(
            UNet unet,
            Conditioning conditioning,
            NoiseSchedule schedule,
            LatentSet pictures,
            long seed) {
        this.unet = unet;
        this.conditioning = conditioning;
        this.schedule = schedule;
        this.pictures = pictures;
        this.seed = seed;
    }

    void run(
            TrainingLoop loop,
            NDManager manager,
            Map<String, NDArray> parameters,
            TrainingListener listener) {
        Objective objective = Objective.of((memory, step) -> loss(memory, step, loop.batch()));
        loop.run(manager, parameters, objective, listener);
    }

    private NDArray loss(NDManager memory, long step, int batch) {
        PhiloxRandom data = PhiloxRandom.of(seed, step, Purpose.DATA);
        PhiloxRandom dropping = PhiloxRandom.of(seed, step, Purpose.CAPTION);
        long[] rows = new long[batch];
        List<String> captions = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            rows[i] = data.nextInt(pictures.size());
            boolean dropped = dropping.nextDouble() < CAPTION_DROPPING;
            captions.add(dropped ? "" : pictures.caption((int) rows[i]));
        }
        NoisyLatents noisy =
                NoisyLatents.draw(pictures.latents(memory, rows), schedule, seed, step);
        NDArray context = conditioning.context(memory, captions);
        NDArray noisePred = unet.forward(noisy.latents(), noisy.timesteps(), context, null);
        return TrainingOps.mse(noisePred, noisy.noise());
    }
}
