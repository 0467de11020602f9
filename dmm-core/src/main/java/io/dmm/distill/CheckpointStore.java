package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import io.dmm.distill.DurableFiles.Content;
import io.dmm.distill.DurableFiles.Failpoint;
import io.dmm.tensor.GradMode;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.SafeTensorsWriter;
import io.dmm.weights.WriteFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one run: a folder of folders {@code step-00001234}, each appearing in one step
 * when all of it is on the disk, and older ones going only after that. A process that dies at any
 * moment leaves the newest one complete.
 *
 * <p>A store holds its folder alone until it is closed. Its work cannot be interrupted; an
 * interrupt meanwhile is kept for the caller.
 */
final class CheckpointStore implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(CheckpointStore.class);

    private static final long MEGABYTE = 1_000_000;

    private final CheckpointFolder folder;
    private final DurableFiles files;
    private final int kept;
    private final RunConfiguration configuration;
    private final FolderLock lock;

    private CheckpointStore(
            CheckpointFolder folder, int kept, RunConfiguration configuration, FolderLock lock) {
        this.folder = folder;
        this.files = folder.files();
        this.kept = kept;
        this.configuration = configuration;
        this.lock = lock;
    }

    /**
     * Opens a folder, making it where it is missing, and removes what dead runs left half written.
     *
     * @param kept how many checkpoints stay, at least 1
     * @param configuration of the run that will write here
     * @throws IllegalStateException if another run holds the folder
     * @throws UncheckedIOException if it cannot be made or locked
     */
    public static CheckpointStore open(Path folder, int kept, RunConfiguration configuration) {
        return open(folder, kept, configuration, Failpoint.NONE);
    }

    static CheckpointStore open(
            Path path, int kept, RunConfiguration configuration, Failpoint failpoint) {
        if (kept < 1) {
            throw new IllegalArgumentException(
                    "checkpoints: kept, expected at least 1 but was " + kept);
        }
        CheckpointFolder folder =
                new CheckpointFolder(
                        path.toAbsolutePath().normalize(), new DurableFiles(failpoint));
        try {
            FolderLock lock = UninterruptedThread.call(() -> take(folder));
            return new CheckpointStore(folder, kept, configuration, lock);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be opened (" + e + ")", e);
        }
    }

    private static FolderLock take(CheckpointFolder folder) throws IOException {
        Files.createDirectories(folder.path());
        FolderLock lock = FolderLock.take(folder.path());
        try {
            folder.removeDrafts();
            return lock;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Finds the newest checkpoint that is complete; says in the log what was wrong with newer ones.
     *
     * @return none in a new folder
     * @throws ModelFileException if there are checkpoints and all are broken
     * @throws IllegalArgumentException if it is of another configuration
     */
    public Optional<StoredCheckpoint> newest() {
        try {
            return UninterruptedThread.call(this::findNewest);
        } catch (IOException e) {
            throw new UncheckedIOException(folder.path() + ": cannot be read (" + e + ")", e);
        }
    }

    private Optional<StoredCheckpoint> findNewest() throws IOException {
        List<String> skipped = new ArrayList<>();
        for (long step : folder.stepsNewestFirst()) {
            try {
                StoredCheckpoint found = StoredCheckpoint.verify(folder.checkpoint(step), step);
                configuration.requireSame(found.configuration(), found.folder());
                return Optional.of(found);
            } catch (ModelFileException e) {
                LOGGER.warn("checkpoint of step {} is skipped: {}", step, e.getMessage());
                skipped.add(e.getMessage());
            }
        }
        if (!skipped.isEmpty()) {
            throw new ModelFileException(
                    "%s: expected a checkpoint to resume from but all %d are broken, the newest thus: %s"
                            .formatted(folder.path(), skipped.size(), skipped.get(0)));
        }
        return Optional.empty();
    }

    /**
     * Writes a checkpoint, verifies it by reading it again, and then removes all older ones but the
     * {@code kept} newest. One of the same step that is complete stays as it is.
     *
     * @param step how many have been done
     * @param parts arrays by name, by the part's name; written one after the other
     * @throws IllegalArgumentException for a value that is not finite
     * @throws UncheckedIOException if it cannot be written, as when the disk is full; earlier ones
     *     are as they were
     */
    public void save(long step, Map<String, Map<String, NDArray>> parts) {
        SortedMap<String, Content> contents = new TreeMap<>();
        parts.forEach(
                (part, arrays) ->
                        contents.put(
                                part + StoredCheckpoint.SUFFIX,
                                out -> writeArrays(out, part, arrays)));
        saveFiles(step, contents);
    }

    /**
     * Checks that there is room for the checkpoints to come: as many as are kept, and one more
     * while it is written.
     *
     * @throws UncheckedIOException if there is not
     */
    void requireRoom() {
        requireRoom(folder.path().toFile().getUsableSpace());
    }

    /**
     * @param free bytes, 0 where the system does not tell
     */
    void requireRoom(long free) {
        try {
            List<Long> steps = folder.stepsNewestFirst();
            long size = folder.bytes(steps.get(0));
            int more = Math.max(1, kept + 1 - steps.size());
            if (free > 0 && free < more * size) {
                String sentence =
                        "%s: expected room for %d more checkpoints of %d MB but %d MB are free; make room or name another folder"
                                .formatted(folder.path(), more, size / MEGABYTE, free / MEGABYTE);
                throw new UncheckedIOException(sentence, new IOException("too little room"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder.path() + ": cannot be read (" + e + ")", e);
        }
    }

    private static void writeArrays(
            WritableByteChannel out, String part, Map<String, NDArray> arrays) throws IOException {
        try (GradMode mode = GradMode.off()) {
            SafeTensorsWriter.write(out, "checkpoint: " + part, arrays);
        }
    }

    /** As {@link #save}, of any files. */
    void saveFiles(long step, SortedMap<String, Content> contents) {
        try {
            UninterruptedThread.call(
                    () -> {
                        if (!isComplete(step)) {
                            write(step, contents);
                            verify(step);
                            prune(step);
                        }
                        return null;
                    });
        } catch (IOException e) {
            throw WriteFailure.of(
                    folder.checkpoint(step), e, "; earlier checkpoints are as they were");
        }
    }

    private void verify(long step) {
        StoredCheckpoint.verify(folder.checkpoint(step), step);
    }

    /** A run that went back to an older checkpoint comes again to where it has been. */
    private boolean isComplete(long step) {
        if (!Files.exists(folder.checkpoint(step))) {
            return false;
        }
        try {
            verify(step);
            return true;
        } catch (ModelFileException e) {
            LOGGER.warn("checkpoint of step {} is replaced: {}", step, e.getMessage());
            return false;
        }
    }

    private void write(long step, SortedMap<String, Content> contents) throws IOException {
        Path draft = folder.draft(step);
        try {
            files.makeFolder(draft);
            SortedMap<String, Content> all = new TreeMap<>(contents);
            all.put(CheckpointManifest.CONFIGURATION, Content.of(configuration.toBytes()));
            SortedMap<String, FileRecord> written = new TreeMap<>();
            for (Map.Entry<String, Content> each : all.entrySet()) {
                Path file = draft.resolve(each.getKey());
                written.put(each.getKey(), files.write(file, each.getValue()));
            }
            byte[] manifest = CheckpointManifest.of(step, written).toBytes();
            files.write(draft.resolve(CheckpointManifest.NAME), Content.of(manifest));
            files.forceFolder(draft);
            if (Files.exists(folder.checkpoint(step))) {
                folder.remove(step); // it is broken
            }
            files.move(draft, folder.checkpoint(step));
        } catch (IOException | RuntimeException e) {
            if (Files.exists(draft)) {
                folder.removeDraft(draft);
            }
            throw e;
        }
    }

    /** Broken checkpoints of later steps are left for the user to look at. */
    private void prune(long step) throws IOException {
        folder.stepsNewestFirst().stream()
                .filter(old -> old <= step)
                .skip(kept)
                .forEach(folder::remove);
    }

    /** Lets other runs use the folder. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(folder.path() + ": cannot be unlocked (" + e + ")", e);
        }
    }
}
