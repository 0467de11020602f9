package io.dmm.model.clip;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;

/** Writes a {@link ClipVocabulary} as the {@code tokenizer.json} of HuggingFace's tokenizers. */
final class TokenizerJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How CLIP parts a cleaned prompt into words (Radford et al., simple_tokenizer.py). */
    private static final String WORDS =
            "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

    private TokenizerJson() {}

    static byte[] of(ClipVocabulary vocabulary) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("version", "1.0");
        for (String special : List.of(ClipVocabulary.START, ClipVocabulary.END)) {
            json.withArray("added_tokens")
                    .addObject()
                    .put("id", vocabulary.ids().get(special))
                    .put("content", special)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        ObjectNode split = json.putObject("pre_tokenizer").put("type", "Sequence");
        ObjectNode words = split.withArray("pretokenizers").addObject().put("type", "Split");
        words.putObject("pattern").put("Regex", WORDS);
        words.put("behavior", "Removed").put("invert", true);
        split.withArray("pretokenizers")
                .addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
        json.putObject("model")
                .put("type", "BPE")
                .put("unk_token", ClipVocabulary.END)
                .put("end_of_word_suffix", "</w>")
                .set("vocab", JSON.valueToTree(vocabulary.ids()));
        json.withObject("/model").set("merges", JSON.valueToTree(vocabulary.merges()));
        return JSON.writeValueAsBytes(json);
    }
}
