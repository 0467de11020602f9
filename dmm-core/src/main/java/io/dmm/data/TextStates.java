package io.dmm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.clip.ClipTokenizer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * Text states of captions, encoded once and kept in the CPU's memory or in a cache; the empty
 * caption is always there.
 */
public final class TextStates implements AutoCloseable {
    private static final int BATCH = 64;

    private final Rows table;
    private final Map<String, Integer> rows = new LinkedHashMap<>();

    /** Encodes prompts into text states (B, S, D) on the manager. */
    @FunctionalInterface
    public interface Encoder {
        NDArray encode(NDManager memory, List<String> prompts);
    }

    /** Encodes each distinct caption, on {@code manager}. */
    public TextStates(NDManager manager, Encoder encoder, Collection<String> captions) {
        this(manager, encoder, captions, Cache.NONE, () -> "", RowListener.NONE);
    }

    /**
     * Encodes each distinct caption that the cache does not have.
     *
     * @param encoderKey all that the encoder's answer to a caption depends on, see {@link #key};
     *     asked for only where there is a cache
     * @param listener hears of {@link #distinct} captions, after each batch
     * @throws CancellationException if the thread is interrupted
     */
    public TextStates(
            NDManager manager,
            Encoder encoder,
            Collection<String> captions,
            Cache cache,
            Supplier<String> encoderKey,
            RowListener listener) {
        List<String> texts = List.copyOf(distinct(captions));
        for (String text : texts) {
            rows.put(text, rows.size());
        }
        table =
                cache.rows(
                        manager,
                        "texts",
                        texts.size(),
                        new Encoding(encoder, texts, encoderKey, listener));
    }

    /** The texts that are encoded: each caption once, and the empty one. */
    public static Set<String> distinct(Collection<String> captions) {
        Set<String> distinct = new LinkedHashSet<>(captions);
        distinct.add("");
        return distinct;
    }

    /** The key of an encoder that answers with the states of a layer, counted from the last. */
    public static String key(ClipTokenizer tokenizer, ClipTextModel model, int clipSkip) {
        Fingerprint key = new Fingerprint().add(model.config() + " " + clipSkip);
        new TreeMap<>(tokenizer.files()).forEach((name, bytes) -> key.add(name).add(bytes));
        return key.add(Fingerprint.of(model.parameters())).hex();
    }

    private static final class Encoding implements RowMaker {
        private final Encoder encoder;
        private final List<String> texts;
        private final Supplier<String> encoderKey;
        private final RowListener listener;
        private String key;

        private Encoding(
                Encoder encoder,
                List<String> texts,
                Supplier<String> encoderKey,
                RowListener listener) {
            this.encoder = encoder;
            this.texts = texts;
            this.encoderKey = encoderKey;
            this.listener = listener;
        }

        @Override
        public String key(int row) {
            key = key == null ? encoderKey.get() : key;
            return new Fingerprint().add(key).add(texts.get(row)).hex();
        }

        @Override
        public int atOnce() {
            return BATCH;
        }

        @Override
        public NDArray make(NDManager memory, int from, int to) {
            Cache.checkInterrupted("text states", from);
            NDArray states = encoder.encode(memory, texts.subList(from, to));
            listener.made(to - from);
            return states;
        }

        @Override
        public void found(int count) {
            listener.found(count);
        }
    }

    /** The states of some captions, (B, S, D) on {@code memory}. */
    public NDArray of(NDManager memory, List<String> captions) {
        return table.get(memory, captions.stream().mapToLong(this::row).toArray());
    }

    private int row(String caption) {
        Integer row = rows.get(caption);
        if (row == null) {
            throw new IllegalArgumentException(
                    "text states: expected one of the "
                            + rows.size()
                            + " encoded captions but was '"
                            + caption
                            + "'");
        }
        return row;
    }

    @Override
    public void close() {
        table.close();
    }
}
