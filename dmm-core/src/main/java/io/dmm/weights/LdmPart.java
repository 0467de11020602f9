package io.dmm.weights;

import java.util.List;
import java.util.Set;

/** A part of a single file: behind its prefix, or alone and without it. */
public enum LdmPart {
    UNET(
            "unet",
            "model.diffusion_model.",
            List.of("time_embed.0.weight", "time_embedding.linear_1.weight")),
    VAE("vae", "first_stage_model.", List.of("decoder.conv_in.weight")),
    TEXT_ENCODER(
            "text_encoder",
            "cond_stage_model.transformer.",
            List.of(
                    "text_model.embeddings.token_embedding.weight",
                    "embeddings.token_embedding.weight"));

    private final String part;
    private final String prefix;
    private final List<String> signs;

    LdmPart(String part, String prefix, List<String> signs) {
        this.part = part;
        this.prefix = prefix;
        this.signs = signs;
    }

    /** Diffusers' name of the part. */
    String part() {
        return part;
    }

    /** What stands before the names of this part's tensors. */
    public String prefix() {
        return prefix;
    }

    /** What stands before this part's names in a file with the given names, or null without it. */
    String prefixIn(Set<String> names) {
        if (names.stream().anyMatch(name -> name.startsWith(prefix))) {
            return prefix;
        }
        return signs.stream().anyMatch(names::contains) ? "" : null;
    }
}
