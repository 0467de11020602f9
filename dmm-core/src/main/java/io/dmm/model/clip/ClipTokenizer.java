package io.dmm.model.clip;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.dmm.tensor.Compute;
import io.dmm.tensor.ContextLoader;
import io.dmm.weights.ModelFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns prompts into the token ids of a {@link ClipTextModel}: CLIP's byte-pair encoding, with the
 * ids of transformers' {@code CLIPTokenizer} without ftfy. Pads with the end token, as SD 1.5 does.
 *
 * <p>Threads may share one; whoever opens it closes it.
 */
public final class ClipTokenizer implements AutoCloseable {
    /** Tokens of a prompt, with its start, end and padding. */
    public static final int LENGTH = 77;

    private static final Logger LOGGER = LoggerFactory.getLogger(ClipTokenizer.class);

    private final HuggingFaceTokenizer words;
    private final ClipVocabulary vocabulary;
    private final int start;
    private final int end;
    private final AtomicBoolean toldOfLongPrompt = new AtomicBoolean();

    private ClipTokenizer(HuggingFaceTokenizer words, ClipVocabulary vocabulary) {
        this.words = words;
        this.vocabulary = vocabulary;
        start = vocabulary.start();
        end = vocabulary.end();
    }

    /**
     * Reads {@code vocab.json} and {@code merges.txt} of a diffusers model's {@code tokenizer}
     * folder, or its {@code tokenizer.json} where that is all.
     *
     * @throws ModelFileException if one is missing or damaged, or they do not belong together, or
     *     tokens are added to them
     */
    public static ClipTokenizer open(Path folder) {
        ClipVocabulary vocabulary = ClipVocabulary.read(folder);
        // the engine goes first: it keeps DJL offline, which else fetches a CUDA build of this
        Compute.device();
        try (ContextLoader loader = ContextLoader.ofLibrary()) {
            HuggingFaceTokenizer words =
                    HuggingFaceTokenizer.newInstance(
                            new ByteArrayInputStream(TokenizerJson.of(vocabulary)),
                            Map.of("truncation", "false", "padding", "false"));
            return new ClipTokenizer(words, vocabulary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files of transformers' {@code CLIPTokenizer} that this one can be read from, by name. */
    public Map<String, byte[]> files() {
        return TokenizerFiles.of(vocabulary);
    }

    /** As {@link #encode(String, int)} with CLIP's length of 77. */
    public long[] encode(String prompt) {
        return encode(prompt, LENGTH);
    }

    /**
     * Encodes a prompt; what does not fit is cut off, with a warning that names it.
     *
     * @param length number of ids, start and end included
     * @return start, the prompt's tokens, end, then as many further ends as fill the length
     */
    public long[] encode(String prompt, int length) {
        if (length < 2) {
            throw new IllegalArgumentException(
                    "CLIP tokenizer: length, expected at least 2 but was " + length);
        }
        String text = PromptCleaning.clean(prompt);
        Encoding encoding = words.encode(text, false, false);
        long[] tokens = encoding.getIds();
        int kept = Math.min(tokens.length, length - 2);
        if (kept < tokens.length && !toldOfLongPrompt.getAndSet(true)) {
            CharSpan cut = encoding.getCharTokenSpans()[kept];
            LOGGER.warn(
                    "The prompt has {} tokens and only the first {} count, as of any other that is so"
                            + " long; cut off: '{}'",
                    tokens.length,
                    kept,
                    text.substring(text.offsetByCodePoints(0, cut.getStart())));
        }
        long[] ids = new long[length];
        Arrays.fill(ids, end);
        ids[0] = start;
        System.arraycopy(tokens, 0, ids, 1, kept);
        return ids;
    }

    /** All tokens of a text, without start, end and padding. */
    public long[] tokens(String text) {
        return words.encode(PromptCleaning.clean(text), false, false).getIds();
    }

    /** The token before a prompt. */
    public long start() {
        return start;
    }

    /** The token after a prompt, which also fills it up. */
    public long end() {
        return end;
    }

    /** The token of a comma, or -1 if there is none. */
    public long comma() {
        return vocabulary.comma();
    }

    /** Number of tokens there are; the end is the last of them. */
    public int vocabularySize() {
        return end + 1;
    }

    @Override
    public void close() {
        words.close();
    }
}
