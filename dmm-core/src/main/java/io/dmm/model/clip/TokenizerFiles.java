package io.dmm.model.clip;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.weights.JsonFiles;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A {@code tokenizer} folder as transformers writes SD 1.5's. It is made from the vocabulary alone:
 * nothing else that lies in a folder of unknown origin gets into a saved model.
 */
final class TokenizerFiles {
    private TokenizerFiles() {}

    /** Contents by file name. */
    static Map<String, byte[]> of(ClipVocabulary vocabulary) {
        ObjectNode ids = JsonNodeFactory.instance.objectNode();
        vocabulary.ids().entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .forEach(token -> ids.put(token.getKey(), token.getValue()));
        String merges = "#version: 0.2\n" + String.join("\n", vocabulary.merges()) + "\n";
        return Map.of(
                ClipVocabulary.VOCAB,
                JsonFiles.toBytes(ids),
                ClipVocabulary.MERGES,
                merges.getBytes(StandardCharsets.UTF_8),
                "special_tokens_map.json",
                JsonFiles.toBytes(specialTokens()),
                "tokenizer_config.json",
                JsonFiles.toBytes(config()));
    }

    private static ObjectNode specialTokens() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("bos_token", ClipVocabulary.START)
                .put("eos_token", ClipVocabulary.END)
                .put("pad_token", ClipVocabulary.END)
                .put("unk_token", ClipVocabulary.END);
    }

    private static ObjectNode config() {
        return specialTokens()
                .put("add_prefix_space", false)
                .put("do_lower_case", true)
                .put("errors", "replace")
                .put("model_max_length", ClipTokenizer.LENGTH)
                .put("tokenizer_class", "CLIPTokenizer");
    }
}
