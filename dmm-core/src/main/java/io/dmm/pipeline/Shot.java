package io.dmm.pipeline;

import java.util.List;

/** One picture of those that a {@link TextToImage} was asked for. */
record Shot(String prompt, String negativePrompt, long seed) {

    /**
     * Chunks that both prompts fill where each is repeated: the least common multiple. The negative
     * prompt counts where guidance reads it.
     */
    int chunks(PromptEncoder encoder, boolean guided) {
        int chunks = encoder.chunks(prompt);
        if (!guided) {
            return chunks;
        }
        int negative = encoder.chunks(negativePrompt);
        int both = chunks;
        while (both % negative != 0) {
            both += chunks;
        }
        return both;
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
