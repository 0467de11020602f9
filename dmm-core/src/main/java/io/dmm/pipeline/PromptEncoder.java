package io.dmm.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.clip.ClipTokenizer;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Text states of prompts with weights and of any length, as A1111 makes them: every chunk of a
 * {@link WeightedPrompt} is encoded by itself, each token's state is multiplied by its weight, and
 * the mean of the chunk is brought back to what it was.
 *
 * <p>A prompt of one chunk without weights has exactly the states of {@link
 * StableDiffusion#encode}. Each prompt is encoded alone, so that its states do not depend on its
 * neighbours.
 *
 * @param clipSkip 1 for the text encoder's last layer, 2 for the one before
 */
record PromptEncoder(ClipTokenizer tokenizer, ClipTextModel textEncoder, int clipSkip) {

    /** Number of chunks that a prompt fills. */
    int chunks(String prompt) {
        return parted(prompt).size();
    }

    /**
     * Encodes prompts into the context of a UNet.
     *
     * @param chunks a multiple of those that each prompt fills; they are repeated, which attention
     *     does not tell from once, where an empty chunk would be seen
     * @return (B, chunks · S, D) on {@code memory}
     */
    NDArray states(NDManager memory, List<String> prompts, int chunks) {
        try (Scope scope = Scope.of(memory);
                GradMode mode = GradMode.off()) {
            Map<String, NDArray> distinct = new HashMap<>();
            NDList rows = new NDList();
            for (String prompt : prompts) {
                rows.add(
                        distinct.computeIfAbsent(
                                prompt, text -> states(scope.manager(), text, chunks)));
            }
            return scope.keep(NDArrays.concat(rows, 0));
        }
    }

    private NDArray states(NDManager memory, String prompt, int count) {
        List<PromptChunk> chunks = parted(prompt);
        long[][] ids = chunks.stream().map(PromptChunk::ids).toArray(long[][]::new);
        NDArray states = textEncoder.forward(memory, ids, clipSkip);
        if (chunks.stream().anyMatch(PromptChunk::isWeighted)) {
            states = weighted(states, chunks);
        }
        NDArray once = states.reshape(1, (long) chunks.size() * length(), states.getShape().get(2));
        NDArray[] repeated = new NDArray[count / chunks.size()];
        Arrays.fill(repeated, once);
        return NDArrays.concat(new NDList(repeated), 1);
    }

    private NDArray weighted(NDArray states, List<PromptChunk> chunks) {
        int length = length();
        float[] factors = new float[chunks.size() * length];
        for (int i = 0; i < chunks.size(); i++) {
            System.arraycopy(chunks.get(i).weights(), 0, factors, i * length, length);
        }
        Shape shape = new Shape(chunks.size(), length, 1);
        NDArray weighted = states.mul(Ops.create(states.getManager(), factors, shape));
        return weighted.mul(mean(states).div(mean(weighted)));
    }

    /** (K, S, D) → (K, 1, 1). */
    private static NDArray mean(NDArray states) {
        return states.mean(new int[] {2}, true).mean(new int[] {1}, true);
    }

    private List<PromptChunk> parted(String prompt) {
        return PromptChunk.of(WeightedPrompt.parse(prompt), tokenizer, length());
    }

    private int length() {
        return textEncoder.config().maxPositionEmbeddings();
    }
}
