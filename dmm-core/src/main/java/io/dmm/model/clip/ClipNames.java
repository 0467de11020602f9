package io.dmm.model.clip;

import io.dmm.weights.NameTable;
import java.util.List;

/** The names that other layouts give the tensors of a {@link ClipTextModel}. */
public final class ClipNames {
    private static final String TEXT_MODEL = "text_model.";

    private ClipNames() {}

    /**
     * The names in latent diffusion's checkpoints, behind {@code cond_stage_model.transformer.}:
     * transformers' own.
     */
    public static NameTable ldm(ClipTextConfig config) {
        return table(config, TEXT_MODEL);
    }

    /** The names of files that lack the level {@code text_model}. */
    public static NameTable withoutLevel(ClipTextConfig config) {
        return table(config, "");
    }

    private static NameTable table(ClipTextConfig config, String prefix) {
        NameTable.Builder names = NameTable.builder();
        for (String name : List.of("token_embedding", "position_embedding")) {
            String full = "embeddings." + name;
            names.weight(TEXT_MODEL + full, prefix + full);
        }
        for (int i = 0; i < config.numHiddenLayers(); i++) {
            String path = "encoder.layers." + i;
            NameTable.Builder layer = names.at(TEXT_MODEL + path, prefix + path);
            NameTable.Builder attention = layer.at("self_attn", "self_attn");
            for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                attention.layer(name, name);
            }
            for (String name : List.of("layer_norm1", "layer_norm2", "mlp.fc1", "mlp.fc2")) {
                layer.layer(name, name);
            }
        }
        return names.layer(TEXT_MODEL + "final_layer_norm", prefix + "final_layer_norm").build();
    }
}
