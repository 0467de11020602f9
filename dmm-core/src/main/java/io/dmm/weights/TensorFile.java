package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.Map;

/** Named tensors on disk, loaded one at a time; safe for use by several threads. */
public interface TensorFile extends AutoCloseable {
    /**
     * Opens one safetensors file or, for a name ending in {@code .json}, a sharded index.
     *
     * @throws ModelFileException if it is anything else or breaks a rule of the format
     */
    static TensorFile open(Path path) {
        return path.toString().endsWith(".json")
                ? ShardedSafeTensors.open(path)
                : SafeTensorsFile.open(path);
    }

    /** The tensors in the order of the file. */
    Map<String, TensorInfo> tensors();

    Map<String, String> metadata();

    /**
     * Reads one tensor into a new array of the manager: FLOAT32 for every float type, else INT64.
     *
     * @throws ModelFileException if there is no such tensor or it holds NaN or infinity
     */
    NDArray load(String name, NDManager manager);

    /** The file to name in messages. */
    String where();

    @Override
    void close();
}
