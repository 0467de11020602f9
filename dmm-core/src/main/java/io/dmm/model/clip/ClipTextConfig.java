package io.dmm.model.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.weights.ConfigNode;
import java.util.Map;

/**
 * Sizes of a {@link ClipTextModel}, the fields of transformers' {@code text_encoder/config.json}.
 *
 * @param maxPositionEmbeddings tokens of a prompt, 77 for CLIP
 */
public record ClipTextConfig(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int numHiddenLayers,
        int numAttentionHeads,
        int maxPositionEmbeddings,
        Activation hiddenAct) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The activation of the feed-forward layers. */
    public enum Activation {
        QUICK_GELU,
        GELU
    }

    public ClipTextConfig {
        if (hiddenSize % numAttentionHeads != 0) {
            throw new IllegalArgumentException(
                    "CLIP: hidden_size, expected a multiple of num_attention_heads "
                            + numAttentionHeads
                            + " but was "
                            + hiddenSize);
        }
    }

    public static ClipTextConfig sd15() {
        return new ClipTextConfig(49408, 768, 3072, 12, 12, 77, Activation.QUICK_GELU);
    }

    public static ClipTextConfig read(ConfigNode config) {
        config.require("layer_norm_eps", 1e-5);
        return config.build(
                () ->
                        new ClipTextConfig(
                                config.positive("vocab_size", 49408),
                                config.positive("hidden_size", 512),
                                config.positive("intermediate_size", 2048),
                                config.count("num_hidden_layers", 12),
                                config.positive("num_attention_heads", 8),
                                config.positive("max_position_embeddings", 77),
                                config.choice(
                                        "hidden_act", Activation.class, Activation.QUICK_GELU)));
    }

    /** The content of transformers' {@code text_encoder/config.json}. */
    public ObjectNode toJson() {
        JsonNode architectures = JSON.valueToTree(new String[] {"CLIPTextModel"});
        ObjectNode json = JSON.createObjectNode();
        json.setAll(Map.of("architectures", architectures));
        json.put("bos_token_id", vocabSize - 2);
        json.put("eos_token_id", vocabSize - 1);
        json.put("hidden_act", ConfigNode.spelled(hiddenAct));
        json.put("hidden_size", hiddenSize);
        json.put("intermediate_size", intermediateSize);
        json.put("layer_norm_eps", 1e-5);
        json.put("max_position_embeddings", maxPositionEmbeddings);
        json.put("model_type", "clip_text_model");
        json.put("num_attention_heads", numAttentionHeads);
        json.put("num_hidden_layers", numHiddenLayers);
        json.put("pad_token_id", vocabSize - 1);
        json.put("vocab_size", vocabSize);
        return json;
    }
}
