package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.SmallModels;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.DType;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.ModelFolder;
import io.dmm.weights.SafeTensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fault of a model folder is one sentence that names the file and what is wrong in it. */
class BrokenModelTest {
    private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
    private static final String KEY = "mid_block.attentions.0.proj_in.weight";

    @TempDir private Path temporary;
    private Path folder;
    private StableDiffusion model;

    @BeforeEach
    void writeModel() {
        model = SmallModels.styled("ink", "pixel");
        folder = SmallModels.write(temporary.resolve("model"), model);
    }

    @AfterEach
    void close() {
        model.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unet/config.json",
                "vae/config.json",
                "text_encoder/config.json",
                "scheduler/scheduler_config.json",
                "tokenizer/vocab.json",
                "tokenizer/merges.txt"
            })
    void missingFile_isNamed(String file) throws IOException {
        Files.delete(folder.resolve(file));
        assertFails(folder.resolve(file) + ": no such file");
    }

    @Test
    void missingWeights_areNamed() throws IOException {
        Files.delete(folder.resolve("vae/diffusion_pytorch_model.safetensors"));
        assertFails(
                folder.resolve("vae")
                        + ": has no weights, expected diffusion_pytorch_model.safetensors or its"
                        + " fp16 or sharded variant");
    }

    @Test
    void missingFolder_isNamed() {
        Path nowhere = temporary.resolve("nowhere");
        assertEquals(
                nowhere + ": no such folder, expected a diffusers folder",
                assertThrows(ModelFileException.class, () -> StableDiffusion.load(nowhere))
                        .getMessage());
    }

    @Test
    void truncatedWeights_areRefused() throws IOException {
        Path file = folder.resolve(UNET);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }
        String message = failure();
        assertTrue(message.startsWith(file + ": "), message);
        assertTrue(message.contains("truncated"), message);
    }

    @Test
    void notANumber_isNamed() throws IOException {
        Path file = folder.resolve(UNET);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer nan = ByteBuffer.wrap(new byte[] {0, 0, (byte) 0xc0, 0x7f});
            channel.write(nan, channel.size() - Float.BYTES);
        }
        assertFails(
                file
                        + ": up_blocks.1.resnets.1.time_emb_proj.weight holds values that are NaN or infinite in FLOAT32,"
                        + " expected none but was 1 of 256; the model is broken");
    }

    @Test
    void wrongShape_isNamed() throws IOException {
        try (NDManager manager = Compute.newManager()) {
            rewriteUNet(KEY, manager.zeros(new Shape(16, 8, 1, 1)));
        }
        assertFails(
                folder.resolve(UNET)
                        + ": expected the "
                        + model.unet().parameters().size()
                        + " tensors of the model but was 1 of another shape ("
                        + KEY
                        + ", expected (16, 16, 1, 1) but was (16, 8, 1, 1)); the weights belong to"
                        + " another architecture or config.json");
    }

    @Test
    void missingTensor_isNamed() {
        rewriteUNet(KEY, null);
        assertFails(
                folder.resolve(UNET)
                        + ": expected the "
                        + model.unet().parameters().size()
                        + " tensors of the model but was 1 missing ("
                        + KEY
                        + " (16, 16, 1, 1)); the weights belong to another architecture or"
                        + " config.json");
    }

    @Test
    void unexpectedTensor_isNamed() {
        try (NDManager manager = Compute.newManager()) {
            rewriteUNet("lora.alpha", manager.zeros(new Shape(1)));
        }
        int count = model.unet().parameters().size();
        assertFails(
                folder.resolve(UNET)
                        + ": expected the "
                        + count
                        + " tensors of the model but was 1 unexpected (lora.alpha); the weights"
                        + " belong to another architecture or config.json");
    }

    @Test
    void styleNames_mustBeAsManyAsStyles() {
        SafeTensorsWriter.write(
                folder.resolve(UNET),
                model.unet().parameters(),
                DType.F32,
                Map.of("dmm.styles", "ink"));
        assertFails(folder.resolve(UNET) + ": dmm.styles, expected 2 names but was [ink]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unet", "vae"})
    void numbersThatDoNotFitTogether_nameTheFile(String part) throws IOException {
        Path file = folder.resolve(part + "/config.json");
        String config = Files.readString(file);
        Files.writeString(
                file, config.replace("\"norm_num_groups\" : 4", "\"norm_num_groups\" : 3"));
        String message = failure();
        assertTrue(message.startsWith(file + ": "), message);
        assertTrue(message.contains("norm_num_groups 3"), message);
    }

    private void rewriteUNet(String name, NDArray tensor) {
        Map<String, NDArray> tensors = new HashMap<>(model.unet().parameters());
        tensors.remove(name);
        if (tensor != null) {
            tensors.put(name, tensor);
        }
        SafeTensorsWriter.write(
                folder.resolve(UNET), tensors, DType.F32, Map.of("dmm.styles", "ink\npixel"));
    }

    private void assertFails(String message) {
        assertEquals(message, failure());
    }

    /** The message of loading, which must free what it had read until then. */
    private String failure() {
        NDManager manager = Compute.newManager();
        ModelFileException failure =
                assertThrows(
                        ModelFileException.class,
                        () -> ModelReader.model(ModelFolder.open(folder), manager, Precision.FP32));
        assertFalse(manager.isOpen());
        assertEquals(1, failure.getMessage().lines().count());
        return failure.getMessage();
    }
}
