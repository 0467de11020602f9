package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.SmallModels;
import io.dmm.tensor.Precision;
import io.dmm.weights.DType;
import io.dmm.weights.SafeTensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StableDiffusionTest {
    @TempDir private Path temporary;

    @Test
    void savedModel_loadsIdentically() {
        try (StableDiffusion model = SmallModels.styled("ink", "pixel");
                StableDiffusion loaded = StableDiffusion.load(save(model, "model"))) {
            assertEquals(model.unet().config(), loaded.unet().config());
            assertEquals(model.vae().config(), loaded.vae().config());
            assertEquals(model.textEncoder().config(), loaded.textEncoder().config());
            assertEquals(model.schedule().config(), loaded.schedule().config());
            assertEquals(List.of("ink", "pixel"), loaded.styles());
            assertIdentical(model.unet().parameters(), loaded.unet().parameters());
            assertIdentical(model.vae().parameters(), loaded.vae().parameters());
            assertIdentical(model.textEncoder().parameters(), loaded.textEncoder().parameters());
            assertArrayEquals(picture(model), picture(loaded));
        }
    }

    @Test
    void savedFolders_haveTheSameBytes() throws IOException {
        try (StableDiffusion model = SmallModels.styled("ink", "pixel")) {
            Map<String, byte[]> first = files(save(model, "first"));
            assertEquals(
                    List.of(
                            "model_index.json",
                            "scheduler/scheduler_config.json",
                            "text_encoder/config.json",
                            "text_encoder/model.safetensors",
                            "tokenizer/merges.txt",
                            "tokenizer/special_tokens_map.json",
                            "tokenizer/tokenizer_config.json",
                            "tokenizer/vocab.json",
                            "unet/config.json",
                            "unet/diffusion_pytorch_model.safetensors",
                            "vae/config.json",
                            "vae/diffusion_pytorch_model.safetensors"),
                    List.copyOf(first.keySet()));
            assertSameBytes(first, files(save(model, "second")));
            try (StableDiffusion loaded = StableDiffusion.load(temporary.resolve("first"))) {
                assertSameBytes(first, files(save(loaded, "third")));
            }
        }
    }

    @Test
    void occupiedFolder_isLeftAsItWas() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("mine"));
        Files.writeString(folder.resolve("diary.txt"), "dear diary");
        try (StableDiffusion model = SmallModels.base()) {
            IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> save(model, "mine"));
            assertEquals(
                    folder
                            + ": exists already, expected a new name or an empty folder; choose"
                            + " another or remove it",
                    refusal.getMessage());
        }
        assertEquals(List.of("diary.txt"), List.copyOf(files(folder).keySet()));
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(List.of(folder), left.toList());
        }
    }

    @Test
    void model_outlivesTheFolderItWasReadFrom() throws IOException {
        Path folder;
        try (StableDiffusion model = SmallModels.base()) {
            folder = save(model, "model");
        }
        Map<String, byte[]> files = files(folder);
        try (StableDiffusion loaded = StableDiffusion.load(folder)) {
            for (String file : files.keySet()) {
                Files.delete(folder.resolve(file));
            }
            assertSameBytes(files, files(save(loaded, "again")));
            try (StableDiffusion other = loaded.with(loaded.textEncoder())) {
                assertArrayEquals(picture(loaded), picture(other));
            }
        }
    }

    @Test
    void bf16_isNotSaved() {
        try (StableDiffusion model = SmallModels.base()) {
            save(model, "model");
        }
        Path copy = temporary.resolve("copy");
        try (StableDiffusion fast =
                StableDiffusion.load(temporary.resolve("model"), Precision.BF16)) {
            assertEquals(
                    copy
                            + ": weights to save, expected FP32 but was BF16; load the model again"
                            + " without Precision.BF16",
                    assertThrows(IllegalStateException.class, () -> save(fast, "copy"))
                            .getMessage());
        }
        assertFalse(Files.exists(copy));
    }

    @Test
    void folderOfTheAuthors_hasNumberedStyles() throws IOException {
        try (StableDiffusion model = SmallModels.styled("a", "b", "c")) {
            Path folder = save(model, "model");
            SafeTensorsWriter.write(
                    folder.resolve("unet/diffusion_pytorch_model.safetensors"),
                    model.unet().parameters(),
                    DType.F32,
                    Map.of());
            ObjectNode config = model.unet().config().toJson();
            config.put("_class_name", "DMMUNet2DConditionModel");
            config.put("_diffusers_version", "0.24.0");
            Files.writeString(folder.resolve("unet/config.json"), config.toString());
            try (StableDiffusion loaded = StableDiffusion.load(folder)) {
                assertEquals(List.of("style0", "style1", "style2"), loaded.styles());
                assertArrayEquals(
                        Pictures.rgb(model.sample("a house").steps(2).style("b").image().image()),
                        Pictures.rgb(
                                loaded.sample("a house").steps(2).style("style1").image().image()));
            }
        }
    }

    /** Whole CLIP models have both; transformers' CLIPTextModel ignores them. */
    @ParameterizedTest
    @ValueSource(strings = {"text_projection.weight", "logit_scale"})
    void restOfClipInTheTextEncoder_isIgnored(String name) {
        try (StableDiffusion model = SmallModels.base()) {
            Path folder = save(model, "model");
            Path file = folder.resolve("text_encoder/model.safetensors");
            Map<String, NDArray> tensors = new TreeMap<>(model.textEncoder().parameters());
            tensors.put(name, model.manager().ones(new Shape(16, 16)));
            SafeTensorsWriter.write(file, tensors, DType.F32, Map.of());
            for (Path each : List.of(folder, file)) {
                try (StableDiffusion loaded = StableDiffusion.load(each, folder)) {
                    assertArrayEquals(picture(model), picture(loaded));
                }
            }
        }
    }

    private Path save(StableDiffusion model, String name) {
        return SmallModels.write(temporary.resolve(name), model);
    }

    private static int[] picture(StableDiffusion model) {
        return Pictures.rgb(model.sample("a red house").steps(2).seed(7).image().image());
    }

    private static void assertIdentical(
            Map<String, NDArray> expected, Map<String, NDArray> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach(
                (name, tensor) ->
                        assertArrayEquals(
                                tensor.toFloatArray(), actual.get(name).toFloatArray(), name));
    }

    private static void assertSameBytes(Map<String, byte[]> expected, Map<String, byte[]> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, bytes) -> assertArrayEquals(bytes, actual.get(name), name));
    }

    private static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path file : paths.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                files.put(name, Files.readAllBytes(file));
            }
        }
        return files;
    }
}
