package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.data.CaptionedImage;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.distill.ClosedGap;
import io.dmm.distill.Synthesis;
import io.dmm.distill.Teacher;
import io.dmm.distill.TrainingListener;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import java.util.ArrayList;
import java.util.List;

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
     * @param drawing how the experts draw their own pictures
     * @param seed of the noise and of the drawn pictures; another than the training's
     */
    public static List<Comparison> of(
            StableDiffusion base,
            MergedModel merged,
            List<Expert> experts,
            List<CaptionedImage> pictures,
            Synthesis.Settings drawing,
            long seed,
            TrainingListener listener) {
        List<String> captions = pictures.stream().map(CaptionedImage::caption).toList();
        List<Comparison> comparisons = new ArrayList<>();
        try (NDManager manager = Compute.newManager()) {
            TextStates textStates = Expert.textStates(manager, base, captions);
            LatentSet common = LatentSet.encode(manager, base.vae(), pictures);
            ClosedGap gap =
                    new ClosedGap(
                            base.unet(),
                            merged.pipeline().unet(),
                            textStates,
                            base.schedule(),
                            seed);
            int size = base.unet().config().sampleSize();
            Synthesis synthesis = new Synthesis(base.schedule(), size, drawing, seed);
            for (Expert expert : experts) {
                int style = styleOf(merged, expert);
                try (NDManager memory = manager.newSubManager()) {
                    Teacher teacher =
                            expert.load(memory, base, Precision.FP32, captions, textStates);
                    // any pictures of the expert will do: bf16 draws them faster
                    Teacher artist =
                            expert.load(memory, base, Precision.BF16, captions, textStates);
                    LatentSet own = synthesis.draw(memory, artist, captions, listener);
                    comparisons.add(
                            new Comparison(
                                    expert.name(),
                                    gap.measure(memory, teacher, style, common, listener),
                                    gap.measure(memory, teacher, style, own, listener)));
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
