package io.dmm.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What diffusers notes beside the tensors of a LoRA: peft's {@code LoraConfig} of each part, under
 * keys such as {@code unet.lora_alpha}, or of the UNet alone, {@code lora_alpha}.
 */
record LoraMetadata(ConfigNode config) {
    private static final String KEY = "lora_adapter_metadata";

    static LoraMetadata of(TensorFile file) {
        String text = file.metadata().get(KEY);
        String where = file.where() + ": " + KEY;
        JsonNode json =
                text == null ? JsonNodeFactory.instance.objectNode() : JsonFiles.parse(text, where);
        return new LoraMetadata(new ConfigNode(json, where));
    }

    /**
     * What a ΔW is multiplied by: α/r (arXiv 2106.09685, section 4.1), or α/√r in rank-stabilised
     * files (arXiv 2312.03732); 1 where alpha is 0 or told nowhere, as in kohya's scripts.
     *
     * @param target the part and the path of a layer, {@code unet.mid_block.…}
     * @param ownAlpha of the file's tensors, which goes first
     * @param rank 0 if nothing is of low rank
     */
    double scale(String target, double ownAlpha, long rank) {
        int end = target.indexOf('.');
        String part = config.json().has("lora_alpha") ? "" : target.substring(0, end + 1);
        double alpha = ownAlpha == 0 ? alpha(part, target.substring(end + 1)) : ownAlpha;
        if (alpha == 0 || rank == 0) {
            return 1;
        }
        return alpha / (config.flag(part + "use_rslora", false) ? Math.sqrt(rank) : rank);
    }

    private double alpha(String part, String path) {
        JsonNode patterns = config.json().path(part + "alpha_pattern");
        ConfigNode pattern =
                new ConfigNode(patterns, config.where() + ": " + part + "alpha_pattern");
        for (Map.Entry<String, JsonNode> entry : patterns.properties()) {
            String key = entry.getKey();
            String tail = key.startsWith("^") ? key.substring(1) : key;
            if (!tail.matches("[\\w.]+")) {
                throw new ModelFileException(
                        "%s: expected paths of layers but was '%s'"
                                .formatted(pattern.where(), key));
            }
            if (path.equals(tail) || path.endsWith("." + tail)) {
                return pattern.number(key, 0);
            }
        }
        return config.number(part + "lora_alpha", 0);
    }

    /** Whether peft calls any part a DoRA. */
    boolean isDora() {
        return Stream.of("", "unet.", "text_encoder.")
                .anyMatch(part -> config.flag(part + "use_dora", false));
    }
}
