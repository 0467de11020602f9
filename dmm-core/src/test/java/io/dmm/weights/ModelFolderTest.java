package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.tensor.Compute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFolderTest {
    private final NDManager manager = Compute.newManager();
    @TempDir Path folder;

    @AfterEach
    void closeArrays() {
        manager.close();
    }

    @Test
    void publishedDraft_readsBack() throws IOException {
        Path target = folder.resolve("runs").resolve("merged");
        try (ModelDraft draft = ModelDraft.create(target)) {
            for (String part : List.of("unet", "vae", "text_encoder")) {
                draft.write(part, config(part), tensors(2), DType.F32, Map.of("by", "test"));
            }
            draft.writeJson("scheduler/scheduler_config.json", config("ddim"));
            draft.writeJson("model_index.json", config("pipeline"));
            draft.write("tokenizer/vocab.json", "{}".getBytes());
            draft.write("tokenizer/merges.txt", new byte[0]);
            assertFalse(Files.exists(target));
            draft.publish();
        }
        ModelFolder read = ModelFolder.open(target);
        for (String part : List.of("unet", "vae", "text_encoder")) {
            assertEquals(config(part), read.config(part).json());
            try (TensorFile weights = read.weights(part)) {
                assertEquals(2, weights.load("w", manager).getFloat(0));
                assertEquals("test", weights.metadata().get("by"));
            }
        }
        assertEquals(config("ddim"), read.config("scheduler").json());
        assertEquals("{}", Files.readString(read.tokenizer().resolve("vocab.json")));
        assertTrue(read.has("vae"));
        assertFalse(read.has("controlnet"));
        assertTrue(Files.exists(target.resolve("unet/diffusion_pytorch_model.safetensors")));
        assertTrue(Files.exists(target.resolve("text_encoder/model.safetensors")));
        assertEquals(List.of("merged"), namesIn(target.getParent()));
    }

    @Test
    void json_hasTheSameBytesEverywhere() throws IOException {
        Path target = folder.resolve("merged");
        try (ModelDraft draft = ModelDraft.create(target)) {
            draft.writeJson("a.json", config("x"));
            draft.publish();
        }
        assertEquals("{\n  \"name\" : \"x\"\n}\n", Files.readString(target.resolve("a.json")));
    }

    @Test
    void draftNotPublished_leavesNoTrace() throws IOException {
        try (ModelDraft draft = ModelDraft.create(folder.resolve("merged"))) {
            draft.write("unet", config("unet"), tensors(1), DType.F16, Map.of());
        }
        assertEquals(List.of(), namesIn(folder));
    }

    @Test
    void occupiedTarget_isRefusedAndKept() throws IOException {
        Path target = Files.createDirectory(folder.resolve("merged"));
        Files.writeString(target.resolve("precious"), "1");
        Path file = Files.writeString(folder.resolve("file"), "1");
        for (Path occupied : List.of(target, file)) {
            assertFails(
                    IllegalArgumentException.class,
                    occupied + ": exists already, expected a new name or an empty folder",
                    () -> ModelDraft.create(occupied));
        }
        assertEquals(List.of("file", "merged"), namesIn(folder));
    }

    @Test
    void emptyFolder_isTakenOver() throws IOException {
        Path target = Files.createDirectory(folder.resolve("merged"));
        try (ModelDraft draft = ModelDraft.create(target)) {
            draft.writeJson("a.json", config("x"));
            draft.publish();
        }
        assertEquals(List.of("a.json"), namesIn(target));
    }

    @Test
    void targetTakenMeanwhile_isKept() throws IOException {
        Path target = folder.resolve("merged");
        try (ModelDraft draft = ModelDraft.create(target)) {
            draft.writeJson("a.json", config("x"));
            Files.createDirectory(target);
            Files.writeString(target.resolve("precious"), "1");
            assertFails(
                    IllegalArgumentException.class, target + ": exists already", draft::publish);
        }
        assertEquals(List.of("precious"), namesIn(target));
        assertEquals(List.of("merged"), namesIn(folder));
    }

    @Test
    void failedWrite_leavesTheDraftUsable() throws IOException {
        Path target = folder.resolve("merged");
        try (ModelDraft draft = ModelDraft.create(target)) {
            NDArray broken = manager.create(new float[] {Float.NaN});
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            draft.write(
                                    "vae",
                                    config("vae"),
                                    Map.of("w", broken),
                                    DType.F32,
                                    Map.of()));
            draft.write("vae", config("vae"), tensors(1), DType.F32, Map.of());
            draft.publish();
        }
        assertEquals(
                List.of("config.json", "diffusion_pytorch_model.safetensors"),
                namesIn(target.resolve("vae")));
    }

    @Test
    void pathsOutOfTheFolder_areRefused() {
        try (ModelDraft draft = ModelDraft.create(folder.resolve("merged"))) {
            for (String path : List.of("../x.json", "/x.json", "a/../../x.json", "")) {
                assertFails(
                        IllegalArgumentException.class,
                        folder.resolve("merged") + ": expected a path within",
                        () -> draft.writeJson(path, config("x")));
            }
        }
    }

    @Test
    void weights_preferFullPrecisionAndTakeVariants() throws IOException {
        Path unet = Files.createDirectory(folder.resolve("unet"));
        ModelFolder model = ModelFolder.open(folder);
        assertFails(
                ModelFileException.class, unet + ": has no weights", () -> model.weights("unet"));

        Files.writeString(unet.resolve("diffusion_pytorch_model.bin"), "x");
        assertFails(
                ModelFileException.class,
                unet + ": holds only the pickle diffusion_pytorch_model.bin, expected",
                () -> model.weights("unet"));

        write(unet.resolve("shard.safetensors"), 1);
        Files.writeString(
                unet.resolve("diffusion_pytorch_model.safetensors.index.fp16.json"),
                "{\"weight_map\":{\"w\":\"shard.safetensors\"}}");
        assertEquals(1, firstWeight(model));
        write(unet.resolve("diffusion_pytorch_model.fp16.safetensors"), 2);
        assertEquals(2, firstWeight(model));
        write(unet.resolve("diffusion_pytorch_model.safetensors"), 3);
        assertEquals(3, firstWeight(model));
    }

    @ParameterizedTest
    @CsvSource({
        "unet, _class_name, UNet2DConditionModel",
        "unet, _class_name, DMMUNet2DConditionModel",
        "vae, _class_name, AutoencoderKL",
        "text_encoder, architectures, CLIPTextModel"
    })
    void folderOfOnePart_isThatPart(String part, String key, String type) throws IOException {
        ObjectNode config = config("x");
        if (key.equals("architectures")) {
            config.putArray(key).add(type);
        } else {
            config.put(key, type);
        }
        try (ModelDraft draft = ModelDraft.create(folder.resolve("model"))) {
            draft.write(part, config, tensors(2), DType.F32, Map.of());
            draft.publish();
        }
        Path alone = folder.resolve("model").resolve(part);
        ModelFolder read = ModelFolder.open(alone);
        assertTrue(read.has(part));
        assertFalse(read.has("tokenizer"));
        assertEquals(List.of(part), read.partsWithWeights());
        assertEquals(alone.resolve("config.json").toString(), read.config(part).where());
        try (TensorFile weights = read.weights(part)) {
            assertEquals(2, weights.load("w", manager).getFloat(0));
        }
    }

    @Test
    void folderOfAnotherModel_hasNoPart() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"_class_name\": \"ControlNetModel\"}");
        ModelFolder read = ModelFolder.open(folder);
        assertFalse(read.has("unet"));
        assertEquals(List.of(), read.partsWithWeights());
    }

    @Test
    void tokenizer_isThereWhereItsFilesAre() throws IOException {
        Path tokenizer = Files.createDirectories(folder.resolve("tokenizer"));
        Files.writeString(tokenizer.resolve("tokenizer_config.json"), "{}");
        assertFalse(ModelFolder.open(folder).has("tokenizer"));
        Files.writeString(tokenizer.resolve("tokenizer.json"), "{}");
        assertTrue(ModelFolder.open(folder).has("tokenizer"));
        assertEquals(tokenizer, ModelFolder.open(folder).tokenizer());
        ModelFolder alone = ModelFolder.open(tokenizer);
        assertTrue(alone.has("tokenizer"));
        assertFalse(alone.has("unet"));
        assertEquals(tokenizer, alone.tokenizer());
        String clip = "{\"architectures\": [\"CLIPModel\"]}";
        Files.writeString(tokenizer.resolve("config.json"), clip);
        assertEquals(tokenizer, ModelFolder.open(tokenizer).tokenizer());
        Files.move(tokenizer.resolve("tokenizer.json"), tokenizer.resolve("vocab.json"));
        assertFails(
                ModelFileException.class,
                tokenizer.resolve("merges.txt") + ": no such file",
                alone::tokenizer);
    }

    @Test
    void missingPieces_areNamed() throws IOException {
        ModelFolder model = ModelFolder.open(folder);
        assertFails(
                ModelFileException.class,
                folder.resolve("unet/config.json") + ": no such file",
                () -> model.config("unet"));
        assertFails(
                ModelFileException.class,
                folder.resolve("tokenizer/vocab.json") + ": no such file",
                model::tokenizer);
        assertFails(
                ModelFileException.class,
                folder.resolve("absent") + ": no such folder, expected a diffusers folder",
                () -> ModelFolder.open(folder.resolve("absent")));
        write(
                Files.createDirectories(folder.resolve("vae"))
                        .resolve("diffusion_pytorch_model.safetensors"),
                1);
        assertFails(
                ModelFileException.class,
                folder.resolve("unet") + ": has no weights, expected diffusion_pytorch_model",
                () -> model.weights("unet"));
        Path file = Files.writeString(folder.resolve("model.ckpt"), "");
        assertFails(
                ModelFileException.class,
                file + ": is a file, expected a diffusers folder",
                () -> ModelFolder.open(file));
    }

    private static void assertFails(
            Class<? extends Exception> type, String message, Executable call) {
        Exception e = assertThrows(type, call);
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }

    private float firstWeight(ModelFolder model) {
        try (TensorFile weights = model.weights("unet")) {
            return weights.load("w", manager).getFloat(0);
        }
    }

    private void write(Path file, float value) {
        SafeTensorsWriter.write(file, tensors(value), DType.F32, Map.of());
    }

    private Map<String, NDArray> tensors(float value) {
        return Map.of("w", manager.full(new Shape(3), value));
    }

    private static ObjectNode config(String name) {
        return JsonNodeFactory.instance.objectNode().put("name", name);
    }

    private static List<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
