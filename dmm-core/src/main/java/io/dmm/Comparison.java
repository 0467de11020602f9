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
import java.util.function.Function;

/**
 * How near a merged model came to one of its experts.
 *
 * @param expert its name
 * @param common on noised latents of the given pictures
 * @param own on noised latents of pictures that the expert drew of the same captions
 */
public record Comparison(String expert, ClosedGap.Sums common, ClosedGap.Sums own) {

    /**
     * Compares every style of a merged model with its expert.
     *
     * @param pictures held out from the training
     * @param synthesis how the experts draw their own pictures
     * @param seed of the noise and of the drawn pictures; another than the training's
     * @throws CancellationException if the thread is interrupted
     */
    public static List<Comparison> of(
            StableDiffusion base,
            MergedModel merged,
            List<Expert> experts,
            List<CaptionedImage> pictures,
            Synthesis.Settings synthesis,
            long seed,
            TrainingListener listener) {
        UNet student = merged.pipeline().unet();
        Choice choice =
                (memory, expert, captions, textStates) ->
                        new Contender(student, textStates, styleOf(merged, expert));
        return HeardWork.heardBy(
                listener,
                "comparison",
                () -> compare(choice, base, experts, pictures, synthesis, seed, listener));
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
        Choice choice =
                (memory, expert, captions, textStates) ->
                        new Contender(
                                base.unet(), worded(memory, base, words, expert, captions), 0);
        return HeardWork.heardBy(
                listener,
                "comparison",
                () -> compare(choice, base, experts, pictures, synthesis, seed, listener));
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

    /** Who is compared with an expert, and how it reads the captions. */
    private record Contender(UNet unet, TextStates textStates, int style) {}

    @FunctionalInterface
    private interface Choice {
        Contender contender(
                NDManager memory, Expert expert, List<String> captions, TextStates textStates);
    }

    private static List<Comparison> compare(
            Choice choice,
            StableDiffusion base,
            List<Expert> experts,
            List<CaptionedImage> pictures,
            Synthesis.Settings synthesis,
            long seed,
            TrainingListener listener) {
        List<String> captions = pictures.stream().map(CaptionedImage::caption).toList();
        List<Comparison> comparisons = new ArrayList<>();
        try (NDManager manager = Compute.newManager()) {
            TextStates textStates =
                    Encoding.captions(manager, base, captions, Cache.NONE, listener);
            LatentSet common = Encoding.pictures(manager, base, pictures, Cache.NONE, listener);
            Synthesis artists = new Synthesis(base, synthesis, seed);
            for (Expert expert : experts) {
                try (NDManager memory = manager.newSubManager()) {
                    Contender who = choice.contender(memory, expert, captions, textStates);
                    ClosedGap gap = new ClosedGap(base, who.unet, textStates, who.textStates, seed);
                    Function<Precision, Teacher> loading =
                            precision ->
                                    expert.load(
                                            memory,
                                            base,
                                            precision,
                                            captions,
                                            textStates,
                                            Cache.NONE,
                                            listener);
                    Teacher teacher = loading.apply(Precision.FP32);
                    // any pictures of the expert will do: bf16 may draw them faster
                    Teacher artist = Ops.computesInBf16() ? loading.apply(Precision.BF16) : teacher;
                    LatentSet own = artists.draw(memory, artist, captions, listener);
                    comparisons.add(
                            new Comparison(
                                    expert.name(),
                                    gap.measure(memory, teacher, who.style, common, listener),
                                    gap.measure(memory, teacher, who.style, own, listener)));
                }
            }
        }
        return comparisons;
    }

    private static int styleOf(MergedModel merged, Expert expert) {
        int style = merged.styles().indexOf(expert.name());
        if (style < 0) {
            throw new IllegalArgumentException(
                    "expert '" + expert.name() + "': expected one of " + merged.styles());
        }
        return style;
    }
}
