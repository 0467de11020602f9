package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.data.Cache;
import io.dmm.data.CaptionedImage;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.distill.ProgressMeter;
import io.dmm.distill.TrainingListener;
import io.dmm.pipeline.StableDiffusion;
import java.util.Collection;
import java.util.List;

/** Encodes what a model is asked about, as far as a cache does not have it, and tells of it. */
final class Encoding {
    private Encoding() {}

    /** Latents of pictures by the base's autoencoder, on {@code manager}. */
    static LatentSet pictures(
            NDManager manager,
            StableDiffusion base,
            List<CaptionedImage> pictures,
            Cache cache,
            TrainingListener listener) {
        ProgressMeter meter = new ProgressMeter(listener, "encoding pictures", pictures.size());
        return LatentSet.encode(manager, base.vae(), pictures, cache, meter);
    }

    /** Text states by the base, on {@code manager}. */
    static TextStates captions(
            NDManager manager,
            StableDiffusion base,
            Collection<String> captions,
            Cache cache,
            TrainingListener listener) {
        return captions(manager, base, captions, 1, cache, listener, "encoding captions");
    }

    /**
     * Text states by a layer of a model's text encoder, counted from the last.
     *
     * @param activity that the listener hears of
     */
    static TextStates captions(
            NDManager manager,
            StableDiffusion model,
            Collection<String> captions,
            int clipSkip,
            Cache cache,
            TrainingListener listener,
            String activity) {
        int distinct = TextStates.distinct(captions).size();
        return new TextStates(
                manager,
                (memory, prompts) -> model.encode(memory, prompts, clipSkip),
                captions,
                cache,
                () -> TextStates.key(model.tokenizer(), model.textEncoder(), clipSkip),
                new ProgressMeter(listener, activity, distinct));
    }
}
