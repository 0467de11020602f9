package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A model folder in the making: it grows in a hidden folder beside its target, {@link #publish}
 * moves it there in one step, and closing it unpublished leaves no trace.
 */
public final class ModelDraft implements AutoCloseable {
    private final Path target;
    private final Path draft;

    private ModelDraft(Path target, Path draft) {
        this.target = target;
        this.draft = draft;
    }

    /**
     * Begins a folder.
     *
     * @throws IllegalArgumentException if the target exists and is not an empty folder
     * @throws UncheckedIOException if the folder cannot be made
     */
    public static ModelDraft create(Path target) {
        Path absolute = target.toAbsolutePath().normalize();
        try {
            refuseOccupied(absolute);
            Path draft = AtomicFile.sibling(absolute);
            Files.createDirectories(draft);
            return new ModelDraft(absolute, draft);
        } catch (IOException e) {
            throw new UncheckedIOException(target + ": cannot be made (" + e + ")", e);
        }
    }

    private static void refuseOccupied(Path target) throws IOException {
        if (Files.exists(target) && !(Files.isDirectory(target) && list(target).isEmpty())) {
            throw new IllegalArgumentException(
                    target
                            + ": exists already, expected a new name or an empty folder; choose"
                            + " another or remove it");
        }
    }

    /** Writes the config and the weights of one part; see {@link SafeTensorsWriter#write}. */
    public void write(
            String part,
            JsonNode config,
            Map<String, NDArray> tensors,
            DType floatType,
            Map<String, String> metadata) {
        writeJson(part + "/" + Layout.configName(part), config);
        Path weights = resolve(part + "/" + Layout.weightNames(part).get(0));
        SafeTensorsWriter.write(weights, tensors, floatType, metadata);
    }

    /** Writes one JSON file at a path relative to the model folder. */
    public void writeJson(String relative, JsonNode node) {
        write(relative, JsonFiles.toBytes(node));
    }

    /** Writes one file at a path relative to the model folder. */
    public void write(String relative, byte[] content) {
        AtomicFile.write(resolve(relative), content);
    }

    private Path resolve(String relative) {
        Path file = draft.resolve(relative).normalize();
        if (!file.startsWith(draft) || file.equals(draft)) {
            throw new IllegalArgumentException(
                    target + ": expected a path within the model folder but was " + relative);
        }
        return file;
    }

    /**
     * Makes the folder durable and moves it to its target.
     *
     * @throws IllegalArgumentException if the target has been taken meanwhile
     * @throws UncheckedIOException if it cannot be moved
     */
    public void publish() {
        try {
            for (Path path : tree(draft)) {
                if (Files.isDirectory(path)) {
                    AtomicFile.forceFolder(path);
                }
            }
            refuseOccupied(target);
            Files.deleteIfExists(target);
            AtomicFile.move(draft, target);
        } catch (IOException e) {
            throw new UncheckedIOException(target + ": cannot be published (" + e + ")", e);
        }
    }

    /** Deletes what has not been published. */
    @Override
    public void close() {
        if (!Files.exists(draft)) {
            return;
        }
        try {
            for (Path path : tree(draft)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(draft + ": cannot be removed (" + e + ")", e);
        }
    }

    /** The files and folders from {@code root} on, the deepest first. */
    private static List<Path> tree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.sorted(Comparator.reverseOrder()).toList();
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.toList();
        }
    }
}
