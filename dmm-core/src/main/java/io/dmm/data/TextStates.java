package io.dmm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Text states of captions, encoded once and kept on the device; the empty caption is always there.
 */
public final class TextStates implements AutoCloseable {
    private static final int BATCH = 64;

    private final NDArray table;
    private final Map<String, Integer> rows = new LinkedHashMap<>();

    /** Encodes prompts into text states (B, S, D) on the manager. */
    @FunctionalInterface
    public interface Encoder {
        NDArray encode(NDManager memory, List<String> prompts);
    }

    /** Encodes each distinct caption, on {@code manager}. */
    public TextStates(NDManager manager, Encoder encoder, Collection<String> captions) {
        Set<String> distinct = new LinkedHashSet<>(captions);
        distinct.add("");
        List<String> texts = new ArrayList<>(distinct);
        for (String text : texts) {
            rows.put(text, rows.size());
        }
        try (NDManager memory = manager.newSubManager();
                GradMode mode = GradMode.off()) {
            NDList batches = new NDList();
            for (int from = 0; from < texts.size(); from += BATCH) {
                int to = Math.min(texts.size(), from + BATCH);
                batches.add(encoder.encode(memory, texts.subList(from, to)));
            }
            table = NDArrays.concat(batches, 0);
            table.attach(manager);
        }
    }

    /** The states of some captions, (B, S, D) on {@code memory}. */
    public NDArray of(NDManager memory, List<String> captions) {
        return Ops.rows(memory, table, captions.stream().mapToLong(this::row).toArray());
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
