package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraExtractionTest {
    private static final String LAYER = "mid_block.attentions.0.proj_in";
    private static final String FILED = "lora_unet_mid_block_attentions_0_proj_in";

    private final NDManager manager = Compute.newManager();
    @TempDir private Path temporary;

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void lowRank_keepsTheLargestSingularValues() {
        float[] tuned = {3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0}; // singular values 3, 2, 1
        assertArrayEquals(
                new float[] {3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0},
                change(new Shape(4, 3), tuned, 2, DType.F32),
                1e-6f);
        assertArrayEquals(
                new float[] {3, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0},
                change(
                        new Shape(3, 4),
                        new float[] {3, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0},
                        2,
                        DType.F32),
                1e-6f);
    }

    @Test
    void fullRank_isTheWholeChangeOfAKernel() {
        float[] tuned = new float[2 * 3 * 3 * 3];
        for (int i = 0; i < tuned.length; i++) {
            tuned[i] = (float) Math.sin(i + 1);
        }
        assertArrayEquals(tuned, change(new Shape(2, 3, 3, 3), tuned, 99, DType.F32), 1e-6f);
    }

    @Test
    void smallChange_survivesF16() {
        float[] tuned = {4e-7f, 0, 0, 2e-7f};
        assertArrayEquals(tuned, change(new Shape(2, 2), tuned, 2, DType.F16), 1e-9f);
    }

    @Test
    void layers_areThoseOfKohyasScripts() {
        NDArray before = manager.zeros(new Shape(2, 2));
        NDArray after = manager.ones(new Shape(2, 2));
        Path file = temporary.resolve("lora.safetensors");
        try (LoraExtraction extraction = new LoraExtraction(1)) {
            Set<String> unet =
                    Set.of(LAYER + ".weight", LAYER + ".bias", "time_embedding.linear_1.weight");
            extraction.addUNet(all(unet, before), all(unet, after));
            Set<String> text =
                    Set.of(
                            "text_model.encoder.layers.0.mlp.fc1.weight",
                            "text_model.embeddings.token_embedding.weight");
            extraction.addTextEncoder(all(text, before), all(text, after));
            extraction.write(file, DType.F32);
        }
        try (SafeTensorsFile written = SafeTensorsFile.open(file)) {
            String inText = "lora_te_text_model_encoder_layers_0_mlp_fc1";
            assertEquals(
                    Set.of(
                            FILED + ".lora_up.weight",
                            FILED + ".lora_down.weight",
                            FILED + ".alpha",
                            inText + ".lora_up.weight",
                            inText + ".lora_down.weight",
                            inText + ".alpha"),
                    written.tensors().keySet());
        }
    }

    @Test
    void sameModel_isRefused() {
        Map<String, NDArray> tensors = Map.of(LAYER + ".weight", manager.ones(new Shape(2, 2)));
        try (LoraExtraction extraction = new LoraExtraction(1)) {
            extraction.addUNet(tensors, tensors);
            Path file = temporary.resolve("none.safetensors");
            var refusal =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> extraction.write(file, DType.F16));
            assertEquals(
                    file + ": expected a model that differs from the base but was the same",
                    refusal.getMessage());
        }
    }

    @Test
    void rankBelowOne_isRefused() {
        var refusal = assertThrows(IllegalArgumentException.class, () -> new LoraExtraction(0));
        assertEquals("LoRA: rank, expected at least 1 but was 0", refusal.getMessage());
    }

    private static Map<String, NDArray> all(Set<String> names, NDArray value) {
        return names.stream().collect(Collectors.toMap(name -> name, name -> value));
    }

    /** What a LoRA of one layer, extracted and read again, changes in a weight of zeros. */
    private float[] change(Shape shape, float[] tuned, int rank, DType floatType) {
        Path file = temporary.resolve(shape.dimension() + "-" + rank + ".safetensors");
        Map<String, NDArray> base = Map.of(LAYER + ".weight", manager.zeros(shape));
        try (LoraExtraction extraction = new LoraExtraction(rank)) {
            extraction.addUNet(base, Map.of(LAYER + ".weight", manager.create(tuned, shape)));
            extraction.write(file, floatType);
        }
        LoraTargets targets = LoraTargets.of(Weights.shapes(base), Map.of(), Map.of());
        try (LoraUpdates updates = LoraUpdates.read(List.of(Lora.of(file)), targets)) {
            return updates.foldUNet(base, manager, Precision.FP32)
                    .get(LAYER + ".weight")
                    .toFloatArray();
        }
    }
}
