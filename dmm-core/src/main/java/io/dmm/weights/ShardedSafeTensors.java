package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Several safetensors files under one {@code *.safetensors.index.json}, whose {@code weight_map}
 * says which plain file of the same folder holds which tensor.
 */
final class ShardedSafeTensors implements TensorFile {
    // no separator, drive or leading dot: an index must not reach out of its folder
    private static final Pattern SAFE_NAME = Pattern.compile("\\w[\\w.-]*\\.safetensors");

    private final Path index;
    private final Map<String, SafeTensorsFile> shards = new LinkedHashMap<>();
    private final Map<String, SafeTensorsFile> shardOf = new LinkedHashMap<>();
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private ShardedSafeTensors(Path index) {
        this.index = index;
    }

    /**
     * Opens an index and all its shards; the caller closes it.
     *
     * @throws ModelFileException if the index is broken, names a file outside its folder, or a
     *     shard is missing, broken or lacks a tensor
     */
    public static ShardedSafeTensors open(Path index) {
        ShardedSafeTensors file = new ShardedSafeTensors(index);
        try {
            file.openShards(weightMap(index));
            return file;
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static Map<String, String> weightMap(Path index) {
        JsonNode node = JsonFiles.read(index).path("weight_map");
        if (!node.isObject()) {
            throw new ModelFileException(
                    index + ": has no weight_map; expected the index of a sharded model");
        }
        Map<String, String> files = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String name = entry.getValue().asText();
            if (!SAFE_NAME.matcher(name).matches()) {
                throw new ModelFileException(
                        "%s: weight_map is unsafe, expected a plain name ending in .safetensors but %s was \"%s\""
                                .formatted(index, entry.getKey(), name));
            }
            files.put(entry.getKey(), name);
        }
        return files;
    }

    private void openShards(Map<String, String> weightMap) {
        for (String name : weightMap.values()) {
            shards.computeIfAbsent(name, n -> SafeTensorsFile.open(index.resolveSibling(n)));
        }
        weightMap.forEach(
                (key, name) -> {
                    SafeTensorsFile shard = shards.get(name);
                    TensorInfo info = shard.tensors().get(key);
                    if (info == null) {
                        throw new ModelFileException(
                                "%s: has no tensor %s, which %s expects in it; a shard of another model?"
                                        .formatted(shard.where(), key, index.getFileName()));
                    }
                    shardOf.put(key, shard);
                    tensors.put(key, info);
                });
        shards.values().forEach(shard -> metadata.putAll(shard.metadata()));
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    @Override
    public NDArray load(String name, NDManager manager) {
        SafeTensorsFile shard = shardOf.get(name);
        if (shard == null) {
            throw new ModelFileException(where() + ": has no tensor " + name);
        }
        return shard.load(name, manager);
    }

    @Override
    public String where() {
        return index.toString();
    }

    @Override
    public void close() {
        shards.values().forEach(SafeTensorsFile::close);
    }
}
