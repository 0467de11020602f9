package io.dmm;

import io.dmm.data.CaptionedImage;
import io.dmm.model.unet.UNetConfig;
import io.dmm.pipeline.StableDiffusion;
import java.util.List;

/**
 * Whether the settings of a run fit each other.
 *
 * @param regularizes whether the model merged before teaches, too
 */
record RunChecks(Distillation settings, boolean regularizes) {

    /** Refuses what cannot be run, before anything is loaded. */
    void run() {
        StableDiffusion base = settings.base;
        List<Expert> experts = settings.experts;
        base.requireFp32("distillation: base");
        if (!base.styles().isEmpty()) {
            throw new IllegalArgumentException(
                    "distillation: base, expected a model without styles but was one with "
                            + base.styles());
        }
        if (experts.isEmpty() || settings.pictures.isEmpty() && settings.prompts.isEmpty()) {
            throw new IllegalArgumentException(
                    "distillation: expected experts(…) and captions(…) or prompts(…) but was "
                            + experts.size()
                            + " experts and "
                            + settings.pictures.size()
                            + " pictures");
        }
        int least = 2 * (experts.size() + (regularizes ? 1 : 0));
        if (settings.batch / settings.accumulation < least) {
            throw new IllegalArgumentException(
                    "distillation: batch, expected at least 2 samples for each of "
                            + least / 2
                            + " teachers in every micro-batch but was "
                            + settings.batch / settings.accumulation);
        }
        if (!settings.pictures.isEmpty() && settings.pictures.size() < settings.batch) {
            throw new IllegalArgumentException(
                    "distillation: captions, expected at least as many pictures as the batch of "
                            + settings.batch
                            + " samples but was "
                            + settings.pictures.size());
        }
        settings.pictures.forEach(this::checkSize);
        if (settings.merged != null) {
            settings.merged.pipeline().requireFp32("distillation: merged model");
            checkMerged(settings.merged.pipeline().unet().config());
        }
        experts.forEach(expert -> expert.check(base));
    }

    private void checkSize(CaptionedImage picture) {
        int size = settings.base.imageSize();
        int width = picture.picture().width();
        int height = picture.picture().height();
        if (width != size || height != size) {
            throw new IllegalArgumentException(
                    "distillation: picture '%s', expected %d×%d, the size of the model, but was %d×%d; scale the pictures first"
                            .formatted(picture.caption(), size, size, width, height));
        }
    }

    private void checkMerged(UNetConfig config) {
        if (!config.withStyles(0).equals(settings.base.unet().config())) {
            throw new IllegalArgumentException(
                    "distillation: base, expected the architecture of the merged model "
                            + config.withStyles(0)
                            + " but was "
                            + settings.base.unet().config());
        }
    }
}
