package io.dmm.weights;

import java.util.List;
import java.util.Locale;

/** What a tensor of a LoRA file is to its layer, told by the end of its name. */
enum LoraRole {
    LORA_DOWN(
            ".lora_down.weight",
            ".lora_A.weight",
            ".lora.down.weight",
            ".lora_linear_layer.down.weight",
            ".down.weight"),
    LORA_UP(
            ".lora_up.weight",
            ".lora_B.weight",
            ".lora.up.weight",
            ".lora_linear_layer.up.weight",
            ".up.weight"),
    LORA_MID(".lora_mid.weight"),
    HADA_W1_A,
    HADA_W1_B,
    HADA_T1,
    HADA_W2_A,
    HADA_W2_B,
    HADA_T2,
    LOKR_W1,
    LOKR_W1_A,
    LOKR_W1_B,
    LOKR_W2,
    LOKR_W2_A,
    LOKR_W2_B,
    LOKR_T2,
    ALPHA;

    /** The longer before those that they end in. */
    private final List<String> suffixes;

    LoraRole(String... suffixes) {
        this.suffixes =
                suffixes.length > 0
                        ? List.of(suffixes)
                        : List.of("." + name().toLowerCase(Locale.ROOT));
    }

    /** A tensor's layer, as the file spells it, and what the tensor is to it. */
    record Key(String layer, LoraRole role) {}

    /** Parts the name of a tensor, or returns null for one that no LoRA has. */
    static Key parse(String name) {
        for (LoraRole role : values()) {
            for (String suffix : role.suffixes) {
                if (name.endsWith(suffix)) {
                    return new Key(name.substring(0, name.length() - suffix.length()), role);
                }
            }
        }
        return null;
    }
}
