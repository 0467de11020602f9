package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedSafeTensorsTest {
    private final NDManager manager = Compute.newManager();
    @TempDir Path folder;

    @AfterEach
    void closeArrays() {
        manager.close();
    }

    @Test
    void tensors_comeFromTheirShards() throws IOException {
        shard("m-00001-of-00002.safetensors", "a", 1);
        shard("m-00002-of-00002.safetensors", "b", 2);
        Path index =
                index(
                        "{\"metadata\":{\"total_size\":8},\"weight_map\":{"
                                + "\"b\":\"m-00002-of-00002.safetensors\","
                                + "\"a\":\"m-00001-of-00002.safetensors\"}}");
        try (TensorFile file = TensorFile.open(index)) {
            assertEquals(List.of("b", "a"), List.copyOf(file.tensors().keySet()));
            assertEquals(1, file.load("a", manager).getFloat(0));
            assertEquals(2, file.load("b", manager).getFloat(0));
            assertEquals(Map.of("format", "pt"), file.metadata());
            Exception e = assertThrows(ModelFileException.class, () -> file.load("c", manager));
            assertEquals(index + ": has no tensor c", e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside.safetensors",
                "..\\\\outside.safetensors",
                "/etc/outside.safetensors",
                "C:outside.safetensors",
                "sub/inside.safetensors",
                ".safetensors",
                "..safetensors",
                "model.bin",
                "model.safetensors\\u0000",
                "model.safetensors/",
                "model.safetensors\\n",
                "",
            })
    void namesBeyondTheFolder_areRefused(String name) throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path index = inner.resolve("m.safetensors.index.json");
        Files.writeString(index, "{\"weight_map\":{\"a\":\"" + name + "\"}}");
        SafeTensorsWriter.write(
                folder.resolve("outside.safetensors"),
                Map.of("a", manager.ones(new Shape(1))),
                DType.F32,
                Map.of());
        assertRefused(index, index + ": weight_map is unsafe, expected a plain name");
    }

    @Test
    void linksOfTheHubCache_areFollowed() throws IOException {
        Path blob = Files.createDirectories(folder.resolve("blobs")).resolve("0f3a");
        SafeTensorsWriter.write(blob, Map.of("a", manager.ones(new Shape(1))), DType.F32, Map.of());
        Path snapshot = Files.createDirectories(folder.resolve("snapshots/1"));
        Files.createSymbolicLink(snapshot.resolve("m.safetensors"), Path.of("../../blobs/0f3a"));
        Path index = snapshot.resolve("m.safetensors.index.json");
        Files.writeString(index, "{\"weight_map\":{\"a\":\"m.safetensors\"}}");
        try (TensorFile file = TensorFile.open(index)) {
            assertEquals(1, file.load("a", manager).getFloat(0));
        }
    }

    @Test
    void missingShardAndMissingTensor_areNamed() throws IOException {
        Path index = index("{\"weight_map\":{\"a\":\"m.safetensors\"}}");
        assertRefused(index, folder.resolve("m.safetensors") + ": no such file");
        shard("m.safetensors", "b", 1);
        assertRefused(index, folder.resolve("m.safetensors") + ": has no tensor a, which");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "",
                "{\"weight_map\":[]}",
                "{\"weight_map\":{\"a\":1}}",
                "{\"weight_map\":{\"a\":\"x.safetensors\",\"a\":\"x.safetensors\"}}",
                "{} {}",
                "{\"weight_map\":"
            })
    void brokenIndex_isRefused(String json) throws IOException {
        Path index = index(json);
        assertRefused(index, index + ": ");
    }

    private static void assertRefused(Path index, String message) {
        Exception e = assertThrows(ModelFileException.class, () -> TensorFile.open(index));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }

    private Path index(String json) throws IOException {
        return Files.writeString(folder.resolve("m.safetensors.index.json"), json);
    }

    private void shard(String name, String key, float value) {
        SafeTensorsWriter.write(
                folder.resolve(name),
                Map.of(key, manager.full(new Shape(1), value)),
                DType.F32,
                Map.of());
    }
}
