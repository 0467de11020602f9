package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.data.Cache;
import io.dmm.data.CaptionedImage;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.distill.ClosedGap;
import io.dmm.distill.Synthesis;
import io.dmm.distill.Teacher;
import io.dmm.distill.TrainingListener;
import io.dmm.model.unet.UNet;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;

/**
 * How near a merged model came to one of its experts.
 *
 * @param expert its name
 * @param common on noised latents of the given pictures
 * @param own on noised latents of pictures that the expert drew of the same captions
 */
public record Comparison(String expert, ClosedGap.Sums common, ClosedGap.Sums own) {

    /**
     * Compares the styles that a merged model has for these experts with them.
     *
     * @param pictures held out from the training
     * @param synthesis how the experts draw their own pictures
     * @param seed of the noise and of the drawn pictures; another than the training's
     * @throws CancellationException if the thread is interrupted
     * @throws IllegalArgumentException if it has no style of an expert's name
     */
    public static List<Comparison> of(
            StableDiffusion base,
            MergedModel merged,
            List<Expert> experts,
            List<CaptionedImage> pictures,
            Synthesis.Settings synthesis,
            long seed,
            TrainingListener listener) {
        Contender student =
                new Contender(
                        merged.pipeline().unet(),
                        expert -> styleOf(merged, expert),
                        (memory, expert, captions, textStates) -> textStates);
        return compare(student, new Synthesis(base, synthesis, seed), experts, pictures, listener);
    }

    /**
     * How near the base itself comes to each expert when captions are told its style in words, what
     * merging has to be better than (the baseline of the ablation in DMM, arXiv 2504.12364).
     *
     * @param words makes the prompt of a caption and an expert
     * @throws CancellationException if the thread is interrupted
     */
    public static List<Comparison> ofPrompting(
            StableDiffusion base,
            BiFunction<String, Expert, String> words,
            List<Expert> experts,
            List<CaptionedImage> pictures,
            Synthesis.Settings synthesis,
            long seed,
            TrainingListener listener) {
        Contender prompted =
                new Contender(
                        base.unet(),
                        expert -> 0,
                        (memory, expert, captions, textStates) ->
                                worded(memory, base, words, expert, captions));
        return compare(prompted, new Synthesis(base, synthesis, seed), experts, pictures, listener);
    }

    private static TextStates worded(
            NDManager memory,
            StableDiffusion base,
            BiFunction<String, Expert, String> words,
            Expert expert,
            List<String> captions) {
        TextStates.Encoder encoder =
                (inner, prompts) ->
                        base.encode(
                                inner,
                                prompts.stream()
                                        .map(prompt -> words.apply(prompt, expert))
                                        .toList(),
                                1);
        return new TextStates(memory, encoder, captions);
    }

    /** Who is compared with the experts, in which style with each, and how it reads captions. */
    private record Contender(UNet unet, ToIntFunction<Expert> style, Reading reading) {}

    @FunctionalInterface
    private interface Reading {
        /**
         * @param textStates of the captions, by the base
         */
        TextStates of(
                NDManager memory, Expert expert, List<String> captions, TextStates textStates);
    }

    private static List<Comparison> compare(
            Contender contender,
            Synthesis synthesis,
            List<Expert> experts,
            List<CaptionedImage> pictures,
            TrainingListener listener) {
        return HeardWork.heardBy(
                listener,
                "comparison",
                () -> {
                    experts.forEach(contender.style::applyAsInt); // refuses before it measures
                    try (NDManager manager = Compute.newManager()) {
                        return Measurement.on(manager, contender, synthesis, pictures, listener)
                                .ofAll(manager, experts);
                    }
                });
    }

    /** What all experts are asked about. */
    private record Measurement(
            Contender contender,
            Synthesis synthesis,
            List<String> captions,
            TextStates textStates,
            LatentSet common,
            TrainingListener listener) {
        static Measurement on(
                NDManager manager,
                Contender contender,
                Synthesis synthesis,
                List<CaptionedImage> pictures,
                TrainingListener listener) {
            List<String> captions = pictures.stream().map(CaptionedImage::caption).toList();
            StableDiffusion base = synthesis.base();
            return new Measurement(
                    contender,
                    synthesis,
                    captions,
                    Encoding.captions(manager, base, captions, Cache.NONE, listener),
                    Encoding.pictures(manager, base, pictures, Cache.NONE, listener),
                    listener);
        }

        List<Comparison> ofAll(NDManager manager, List<Expert> experts) {
            List<Comparison> comparisons = new ArrayList<>();
            for (Expert expert : experts) {
                try (NDManager memory = manager.newSubManager()) {
                    comparisons.add(of(memory, expert));
                }
            }
            return comparisons;
        }

        private Comparison of(NDManager memory, Expert expert) {
            int style = contender.style.applyAsInt(expert);
            TextStates read = contender.reading.of(memory, expert, captions, textStates);
            ClosedGap gap =
                    new ClosedGap(
                            synthesis.base(), contender.unet, textStates, read, synthesis.seed());
            Teacher teacher = load(memory, expert, Precision.FP32);
            // any pictures of the expert will do: bf16 may draw them faster
            Teacher artist = Ops.computesInBf16() ? load(memory, expert, Precision.BF16) : teacher;
            LatentSet own = synthesis.draw(memory, artist, captions, listener);
            return new Comparison(
                    expert.name(),
                    gap.measure(memory, teacher, style, common, listener),
                    gap.measure(memory, teacher, style, own, listener));
        }

        private Teacher load(NDManager memory, Expert expert, Precision precision) {
            return expert.load(
                    memory,
                    synthesis.base(),
                    precision,
                    captions,
                    textStates,
                    Cache.NONE,
                    listener);
        }
    }

    /**
     * The index of the style that a merged model has for an expert.
     *
     * @throws IllegalArgumentException if it has none
     */
    static int styleOf(MergedModel merged, Expert expert) {
        int style = merged.styles().indexOf(expert.name());
        if (style < 0) {
            throw new IllegalArgumentException(
                    "expert '" + expert.name() + "': expected one of " + merged.styles());
        }
        return style;
    }
}
