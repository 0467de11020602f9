package io.dmm.model.clip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.model.layer.LayerNorm;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** CLIP's text encoder (Radford et al., arXiv 2103.00020), as transformers' CLIPTextModel. */
public final class ClipTextModel {
    private final ClipTextConfig config;
    private final Map<String, NDArray> parameters;
    private final NDArray tokenEmbedding;
    private final NDArray positionEmbedding;
    private final List<EncoderLayer> layers = new ArrayList<>();
    private final LayerNorm finalLayerNorm;

    public ClipTextModel(ClipTextConfig config, Weights weights) {
        Weights text = weights.at("text_model");
        int width = config.hiddenSize();
        this.config = config;
        parameters = weights.taken();
        tokenEmbedding = text.get("embeddings.token_embedding.weight", config.vocabSize(), width);
        positionEmbedding =
                text.get(
                        "embeddings.position_embedding.weight",
                        config.maxPositionEmbeddings(),
                        width);
        for (int i = 0; i < config.numHiddenLayers(); i++) {
            layers.add(new EncoderLayer(text.at("encoder.layers." + i), config));
        }
        finalLayerNorm = new LayerNorm(text.at("final_layer_norm"), width);
    }

    public ClipTextConfig config() {
        return config;
    }

    /** The shapes of all tensors by transformers' name. */
    public Map<String, Shape> shapes() {
        return Weights.shapes(parameters);
    }

    /** Every tensor of this network by its name in transformers. */
    public Map<String, NDArray> parameters() {
        return parameters;
    }

    /**
     * Checks that there is such a layer.
     *
     * @throws IllegalArgumentException for another than 1 to the number of layers
     */
    public void requireClipSkip(int clipSkip) {
        if (clipSkip < 1 || clipSkip > layers.size()) {
            throw new IllegalArgumentException(
                    "CLIP: clip skip, expected 1 to " + layers.size() + " but was " + clipSkip);
        }
    }

    /**
     * Encodes prompts into the context of a UNet.
     *
     * @param ids token ids (B, S), S = {@link ClipTextConfig#maxPositionEmbeddings()}
     * @param clipSkip 1 for the last layer, 2 for the one before; the final normalisation follows
     * @return (B, S, D) on {@code manager}; the caller closes it
     */
    public NDArray forward(NDManager manager, long[][] ids, int clipSkip) {
        requireClipSkip(clipSkip);
        try (Scope scope = Scope.of(manager)) {
            NDArray h =
                    Ops.embedding(
                            tokenEmbedding,
                            Ops.create(
                                    scope.manager(),
                                    flat(ids),
                                    new Shape(ids.length, config.maxPositionEmbeddings())));
            h = h.add(positionEmbedding);
            for (EncoderLayer layer : layers.subList(0, layers.size() + 1 - clipSkip)) {
                h = layer.forward(h);
            }
            return scope.keep(finalLayerNorm.forward(h));
        }
    }

    private long[] flat(long[][] ids) {
        int length = config.maxPositionEmbeddings();
        long[] all = new long[ids.length * length];
        for (int row = 0; row < ids.length; row++) {
            if (ids[row].length != length) {
                throw new IllegalArgumentException(
                        "CLIP: expected " + length + " token ids but was " + ids[row].length);
            }
            for (int i = 0; i < length; i++) {
                long id = ids[row][i];
                if (id < 0 || id >= config.vocabSize()) {
                    throw new IllegalArgumentException(
                            "CLIP: token id, expected 0 to "
                                    + (config.vocabSize() - 1)
                                    + " but was "
                                    + id
                                    + "; the tokenizer belongs to another text encoder");
                }
                all[row * length + i] = id;
            }
        }
        return all;
    }
}
