package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import io.dmm.weights.ModelFileException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a training leaves its checkpoints, and where a run goes on from. */
public final class Checkpoints implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Checkpoints.class);
    private static final int KEPT = 2;
    private static final long NOTHING = -1;

    private final CheckpointStore store;
    private final long every;
    private final StoredCheckpoint newest;
    private Map<String, Map<String, NDArray>> parts;
    private long done;
    private long saved;

    private Checkpoints(CheckpointStore store, long every, StoredCheckpoint newest) {
        this.store = store;
        this.every = every;
        this.newest = newest;
        this.done = newest == null ? 0 : newest.step();
        this.saved = newest == null ? NOTHING : done;
    }

    /** Leaves none. */
    public static Checkpoints none() {
        return new Checkpoints(null, 1, null);
    }

    /**
     * Opens a folder, in which the two newest will be kept, and finds the newest complete one; the
     * caller closes it.
     *
     * @param every how many steps lie between two checkpoints; one is also left at the start, where
     *     its size shows whether there is room for more, and at the end, an interrupted one
     *     included
     * @throws IllegalStateException if another run holds the folder
     * @throws IllegalArgumentException if the checkpoint is of another configuration
     * @throws ModelFileException if there are checkpoints and all are broken
     * @throws UncheckedIOException if the folder cannot be used
     */
    public static Checkpoints open(Path folder, long every, RunConfiguration configuration) {
        if (every < 1) {
            throw new IllegalArgumentException(
                    "checkpoints: expected at least 1 step between two but was " + every);
        }
        CheckpointStore store = CheckpointStore.open(folder, KEPT, configuration);
        try {
            return new Checkpoints(store, every, store.newest().orElse(null));
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** Whether there is a checkpoint to go on from. */
    public boolean resumes() {
        return newest != null;
    }

    /**
     * Whether the checkpoint is of the last step.
     *
     * @throws IllegalArgumentException if it is of a later one
     */
    public boolean isFinished(long steps) {
        if (resumes() && newest.step() > steps) {
            throw new IllegalArgumentException(
                    "%s: is beyond the run, expected at most step %d but was %d; ask for more steps or name another folder"
                            .formatted(newest.folder(), steps, newest.step()));
        }
        return resumes() && newest.step() == steps;
    }

    /** Reads one part of the checkpoint into arrays that are there. */
    public void restore(String part, Map<String, NDArray> arrays) {
        newest.load(part, arrays);
    }

    /**
     * Restores all parts, or leaves the checkpoint of step 0 where there is none.
     *
     * @param parts arrays that are trained, by name and part; what each save writes
     */
    void begin(Map<String, Map<String, NDArray>> parts) {
        this.parts = parts;
        if (resumes()) {
            LOGGER.info("training goes on after step {}, from {}", done, newest.folder());
            parts.forEach(this::restore);
        } else {
            save();
        }
        if (store != null) {
            store.requireRoom();
        }
    }

    /** How many steps have been done. */
    long done() {
        return done;
    }

    /** Takes note that the arrays are those after one step more. */
    void advance() {
        done++;
    }

    /**
     * @param steps of the run, whose last is always kept
     */
    void saveWhenDue(long steps) {
        if (done % every == 0 || done == steps) {
            save();
        }
    }

    void save() {
        if (store != null && done != saved) {
            store.save(done, parts);
            saved = done;
        }
    }

    @Override
    public void close() {
        if (store != null) {
            store.close();
        }
    }
}
