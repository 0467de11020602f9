package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Ops;
import io.dmm.weights.FileFit;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.SafeTensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A checkpoint of a run, found complete and unaltered. */
final class StoredCheckpoint {
    static final String SUFFIX = ".safetensors";

    private final Path folder;
    private final CheckpointManifest manifest;

    private StoredCheckpoint(Path folder, CheckpointManifest manifest) {
        this.folder = folder;
        this.manifest = manifest;
    }

    /**
     * Opens a checkpoint, reading each of its files once.
     *
     * @param step that its name says
     * @throws ModelFileException if a file is missing, truncated or altered
     */
    static StoredCheckpoint verify(Path folder, long step) {
        CheckpointManifest manifest = CheckpointManifest.read(folder);
        if (manifest.step() != step) {
            throw new ModelFileException(
                    "%s: expected the manifest of step %d but was of %d; the folder was renamed or altered"
                            .formatted(folder, step, manifest.step()));
        }
        manifest.files().forEach((name, file) -> file.verify(folder.resolve(name)));
        return new StoredCheckpoint(folder, manifest);
    }

    public Path folder() {
        return folder;
    }

    /** How many steps of the run had been done. */
    public long step() {
        return manifest.step();
    }

    /** The configuration of the run that wrote it. */
    RunConfiguration configuration() {
        return RunConfiguration.read(folder.resolve(CheckpointManifest.CONFIGURATION));
    }

    /**
     * Reads a part into arrays that are there, bit for bit, one after the other.
     *
     * @throws ModelFileException if the part holds other names or shapes; the arrays are then as
     *     they were
     */
    public void load(String part, Map<String, NDArray> arrays) {
        try {
            UninterruptedThread.call(
                    () -> {
                        read(part, arrays);
                        return null;
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be read (" + e + ")", e);
        }
    }

    private void read(String part, Map<String, NDArray> arrays) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        arrays.forEach((name, array) -> shapes.put(name, array.getShape()));
        try (SafeTensorsFile file = SafeTensorsFile.open(folder.resolve(part + SUFFIX))) {
            FileFit.check(file, shapes);
            arrays.forEach(
                    (name, array) -> {
                        try (NDArray value = file.load(name, array.getManager())) {
                            Ops.assign(array, value);
                        }
                    });
        }
    }
}
