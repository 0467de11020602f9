package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.data.TextStates;
import io.dmm.model.unet.UNet;
import java.util.List;

/**
 * One expert during a run: its frozen UNet, and the text states of all captions by its own text
 * encoder. In continual merging the model merged before teaches its styles, too.
 */
public record Teacher(String name, UNet unet, TextStates textStates) {

    /** The noise this expert predicts, (B, C, H, W) on {@code memory}; no gradient is recorded. */
    NDArray predict(NDManager memory, NDArray latents, float[] timesteps, List<String> captions) {
        return predict(memory, latents, timesteps, captions, null, null);
    }

    /**
     * As {@link #predict(NDManager, NDArray, float[], List)}.
     *
     * @param style weights of its own styles (B, N), or null for none
     * @param features receives the outputs of all blocks, or null
     */
    NDArray predict(
            NDManager memory,
            NDArray latents,
            float[] timesteps,
            List<String> captions,
            NDArray style,
            List<NDArray> features) {
        return unet.forward(latents, timesteps, textStates.of(memory, captions), style, features);
    }
}
