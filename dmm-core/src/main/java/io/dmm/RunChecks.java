package io.dmm;

import io.dmm.data.CaptionedImage;
import io.dmm.distill.Loss;
import io.dmm.distill.Student;
import io.dmm.model.unet.UNetConfig;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.sampler.PredictionType;
import java.util.List;

/** Whether the settings of a run fit each other. */
record RunChecks(Distillation settings, Lessons lessons) {

    /** Refuses what cannot be run, before anything is loaded. */
    void run() {
        checkBase(settings.base);
        checkBatch(settings.experts);
        checkCaptions();
        checkLosses(settings.base.schedule().config().predictionType());
        settings.pictures.forEach(this::checkSize);
        if (settings.validation != null) {
            settings.validation.heldOut().forEach(this::checkSize);
            checkSamples(settings.validation);
        }
        if (!lessons.drawn().isEmpty()) { // refuses more steps than there are timesteps
            settings.base.sample("").steps(settings.synthesis.steps());
        }
        if (settings.merged != null) {
            settings.merged.pipeline().requireFp32("distillation: merged model");
            checkMerged(settings.merged.pipeline());
        }
        settings.experts.forEach(expert -> expert.check(settings.base));
    }

    private static void checkBase(StableDiffusion base) {
        base.requireFp32("distillation: base");
        if (!base.styles().isEmpty()) {
            throw new IllegalArgumentException(
                    "distillation: base, expected a model without styles but was one with "
                            + base.styles());
        }
    }

    /** Who teaches, and that each has its part of a batch. */
    private void checkBatch(List<Expert> experts) {
        if (experts.isEmpty() || settings.pictures.isEmpty() && settings.prompts.isEmpty()) {
            throw new IllegalArgumentException(
                    "distillation: expected experts(…) and captions(…) or prompts(…) but was "
                            + experts.size()
                            + " experts and "
                            + settings.pictures.size()
                            + " pictures");
        }
        int teachers = experts.size() + (lessons.regularizes() ? 1 : 0);
        if (settings.batch < teachers) {
            throw new IllegalArgumentException(
                    "distillation: batch, expected at least a sample for each of "
                            + teachers
                            + " teachers but was "
                            + settings.batch);
        }
    }

    /** What is taught: enough pictures, or captions that somebody draws. */
    private void checkCaptions() {
        if (!settings.pictures.isEmpty() && settings.pictures.size() < settings.batch) {
            throw new IllegalArgumentException(
                    "distillation: captions, expected at least as many pictures as the batch of "
                            + settings.batch
                            + " samples but was "
                            + settings.pictures.size()
                            + "; take a smaller batch, or prompts instead of pictures");
        }
        boolean onlyDrawn = settings.pictures.isEmpty() || settings.synthesizedShare == 1;
        if (lessons.regularizes() && onlyDrawn && lessons.drawn().size() < lessons.kept().size()) {
            throw new IllegalArgumentException(
                    "distillation: prompts, expected at least one for each of the "
                            + lessons.kept().size()
                            + " styles to keep but was "
                            + lessons.drawn().size());
        }
        if (!settings.pictures.isEmpty()
                && !settings.prompts.isEmpty()
                && settings.synthesized == 0) {
            throw new IllegalArgumentException(
                    "distillation: prompts, expected synthesize(n), how many of the "
                            + settings.prompts.size()
                            + " each expert draws, but was none; or leave out prompts or captions");
        }
        if (!settings.pictures.isEmpty()
                && settings.synthesized == 0
                && settings.synthesizedShare == 1) {
            throw new IllegalArgumentException(
                    "distillation: a share of 1 of synthesized pictures, expected synthesize(n), how many each expert draws, but was none");
        }
    }

    private void checkLosses(PredictionType predicted) {
        if (predicted != PredictionType.EPSILON
                && settings.losses.stream().anyMatch(Loss::needsNoise)) {
            throw new IllegalArgumentException(
                    "distillation: losses, expected neither adversarial nor Min-SNR for a base that predicts "
                            + predicted
                            + " but was "
                            + settings.losses);
        }
    }

    /** A picture that cannot be drawn is told here, not at the first validation. */
    private void checkSamples(Validator.Settings validation) {
        if (!validation.prompts().isEmpty()) {
            String[] prompts = validation.prompts().toArray(String[]::new);
            validation.request().apply(settings.base.sample(prompts)).check(1);
        }
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

    private void checkMerged(StableDiffusion merged) {
        if (settings.start != Student.Start.BASE) {
            throw new IllegalArgumentException(
                    "distillation: start, expected none, since a merged model is trained on, but was "
                            + settings.start);
        }
        UNetConfig config = merged.unet().config();
        if (!config.withStyles(0).hasWeightsOf(settings.base.unet().config())) {
            throw new IllegalArgumentException(
                    "distillation: base, expected the architecture of the merged model "
                            + config.withStyles(0)
                            + " but was "
                            + settings.base.unet().config());
        }
        PredictionType expected = merged.schedule().config().predictionType();
        PredictionType found = settings.base.schedule().config().predictionType();
        if (found != expected) {
            throw new IllegalArgumentException(
                    "distillation: base, expected one that predicts "
                            + expected
                            + ", as the merged model does, but was "
                            + found);
        }
    }
}
