package io.dmm.pipeline;

import io.dmm.model.clip.ClipTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * As many tokens of a prompt as a text encoder takes at once, with their weights.
 *
 * @param ids start, tokens, end, and further ends up to the length
 * @param weights one per id, 1 for all that are not the prompt's
 */
record PromptChunk(long[] ids, float[] weights) {

    /** Whether a token is to count more or less than it does by itself. */
    boolean isWeighted() {
        for (float weight : weights) {
            if (weight != 1) {
                return true;
            }
        }
        return false;
    }

    /**
     * Parts a prompt as A1111 does: at each {@code BREAK}, and where a chunk is full. There, what
     * follows a comma goes on to the next chunk if the comma is at most 20 tokens back.
     *
     * @param length ids of a chunk, start and end included
     * @return at least one chunk
     */
    static List<PromptChunk> of(WeightedPrompt prompt, ClipTokenizer tokenizer, int length) {
        Builder builder = new Builder(tokenizer, length);
        for (int i = 0; i < prompt.sections().size(); i++) {
            if (i > 0) {
                builder.endChunk();
            }
            for (WeightedPrompt.Part part : prompt.sections().get(i)) {
                for (long token : tokenizer.tokens(part.text())) {
                    builder.add(token, (float) part.weight());
                }
            }
        }
        return builder.finish();
    }

    /** Fills one chunk after the other. */
    private static final class Builder {
        private static final int BACKTRACK = 20;

        private final ClipTokenizer tokenizer;
        private final List<PromptChunk> chunks = new ArrayList<>();
        private final long[] tokens;
        private final float[] weights;
        private int size;
        private int lastComma = -1;

        Builder(ClipTokenizer tokenizer, int length) {
            this.tokenizer = tokenizer;
            tokens = new long[length - 2];
            weights = new float[length - 2];
        }

        void add(long token, float weight) {
            if (token == tokenizer.comma()) {
                lastComma = size;
            } else if (size == tokens.length && lastComma >= 0 && size - lastComma <= BACKTRACK) {
                moveOn(lastComma + 1);
            }
            if (size == tokens.length) {
                endChunk();
            }
            tokens[size] = token;
            weights[size] = weight;
            size++;
        }

        /** Ends the chunk before a token and begins the next with it and what follows. */
        private void moveOn(int from) {
            long[] movedTokens = Arrays.copyOfRange(tokens, from, size);
            float[] movedWeights = Arrays.copyOfRange(weights, from, size);
            size = from;
            endChunk();
            size = movedTokens.length;
            System.arraycopy(movedTokens, 0, tokens, 0, size);
            System.arraycopy(movedWeights, 0, weights, 0, size);
        }

        void endChunk() {
            long[] ids = new long[tokens.length + 2];
            float[] factors = new float[ids.length];
            Arrays.fill(ids, tokenizer.end());
            Arrays.fill(factors, 1);
            ids[0] = tokenizer.start();
            System.arraycopy(tokens, 0, ids, 1, size);
            System.arraycopy(weights, 0, factors, 1, size);
            chunks.add(new PromptChunk(ids, factors));
            size = 0;
            lastComma = -1;
        }

        List<PromptChunk> finish() {
            if (size > 0 || chunks.isEmpty()) {
                endChunk();
            }
            return chunks;
        }
    }
}
