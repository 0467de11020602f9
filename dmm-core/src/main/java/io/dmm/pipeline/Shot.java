package io.dmm.pipeline;

import java.util.List;

/** One picture of those that a {@link TextToImage} was asked for. */
record Shot(String prompt, String negativePrompt, long seed) {

    /** Chunks that the prompts fill; the negative prompt counts where guidance reads it. */
    int chunks(PromptEncoder encoder, boolean guided) {
        int chunks = encoder.chunks(prompt);
        return guided ? Math.max(chunks, encoder.chunks(negativePrompt)) : chunks;
    }

    /** The first of the shots, at most {@code most}, whose text states are of one length. */
    static List<Shot> batch(List<Shot> shots, PromptEncoder encoder, boolean guided, long most) {
        int chunks = shots.get(0).chunks(encoder, guided);
        int size = 1;
        while (size < Math.min(most, shots.size())
                && shots.get(size).chunks(encoder, guided) == chunks) {
            size++;
        }
        return shots.subList(0, size);
    }
}
