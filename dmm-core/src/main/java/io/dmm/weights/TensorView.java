package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Some tensors of a file under other names and with shapes of the same elements. */
final class TensorView implements TensorFile {
    private final TensorFile file;
    private final Map<String, String> metadata;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> nameInFile = new LinkedHashMap<>();

    TensorView(TensorFile file) {
        this(file, file.metadata());
    }

    TensorView(TensorFile file, Map<String, String> metadata) {
        this.file = file;
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /**
     * Shows a tensor of the file.
     *
     * @throws ModelFileException if another tensor has the name already
     */
    void add(String name, TensorInfo inFile, Shape shape) {
        tensors.put(
                name, new TensorInfo(name, inFile.dtype(), shape, inFile.begin(), inFile.end()));
        String other = nameInFile.put(name, inFile.name());
        if (other != null) {
            throw new ModelFileException(
                    "%s: expected one tensor for %s but was both %s and %s"
                            .formatted(where(), name, other, inFile.name()));
        }
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public NDArray load(String name, NDManager manager) {
        String inFile = nameInFile.get(name);
        if (inFile == null) {
            throw new ModelFileException(where() + ": has no tensor " + name);
        }
        NDArray array = file.load(inFile, manager);
        Shape shape = tensors.get(name).shape();
        if (array.getShape().equals(shape)) {
            return array;
        }
        try (array) {
            return array.reshape(shape); // shares the memory, which outlives the first handle
        }
    }

    @Override
    public String where() {
        return file.where();
    }

    @Override
    public void close() {
        file.close();
    }
}
