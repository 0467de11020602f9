package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read from a LoRA file. */
class LoraFileTest {
    private static final String Q = "lora_unet_mid_attn1_to_q";

    @TempDir private Path temporary;
    private LoraDraft lora;

    @BeforeEach
    void begin() {
        lora = new LoraDraft(temporary.resolve("lora.safetensors"));
    }

    @AfterEach
    void close() {
        lora.close();
    }

    @ParameterizedTest
    @CsvSource({
        "lora_unet_mid_attn1_to_q.lora_down, lora_unet_mid_attn1_to_q.lora_up",
        "unet.mid.attn1.to_q.lora_A, unet.mid.attn1.to_q.lora_B",
        "mid.attn1.to_q.lora_A, mid.attn1.to_q.lora_B",
        "unet.mid.attn1.to_q.lora.down, unet.mid.attn1.to_q.lora.up",
        "unet.mid.attn1.processor.to_q_lora.down, unet.mid.attn1.processor.to_q_lora.up",
        "mid.attn1.processor.to_q_lora.down, mid.attn1.processor.to_q_lora.up"
    })
    void everySpelling_isRead(String down, String up) {
        lora.put(down + ".weight", lora.manager().create(new float[] {1, 2}, new Shape(1, 2)));
        lora.put(up + ".weight", lora.manager().create(new float[] {3, 5, 7}, new Shape(3, 1)));
        try (LoraUpdates updates =
                LoraUpdates.read(List.of(Lora.of(lora.write(), 2)), LoraDraft.TARGETS)) {
            assertArrayEquals(
                    new float[] {7, 13, 11, 21, 15, 29},
                    lora.folded(
                            updates,
                            "mid.attn1.to_q.weight",
                            lora.manager().ones(new Shape(3, 2))));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "4, 2", // α/r of rank 2
        "0, 1", ", 1"
    })
    void alpha_scalesUnlessItIsMissingOrZero(Float alpha, float scale) {
        lora.put(Q, 2);
        if (alpha != null) {
            lora.put(Q + ".alpha", lora.manager().create(alpha));
        }
        assertEquals(scale, change(), 1e-6);
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"unet.lora_alpha\": 6}', 3",
        "'{\"text_encoder.lora_alpha\": 6}', 1",
        "'{\"lora_alpha\": 6, \"r\": 2, \"use_rslora\": false, \"alpha_pattern\": {}}', 3",
        "'{\"unet.lora_alpha\": 6, \"unet.alpha_pattern\": {\"attn1.to_q\": 5}}', 2.5",
        "'{\"unet.lora_alpha\": 6, \"unet.alpha_pattern\": {\"^mid.attn1.to_q\": 5}}', 2.5",
        "'{\"unet.lora_alpha\": 6, \"unet.alpha_pattern\": {\"to_k\": 5, \"o_q\": 4}}', 3",
        "'{\"unet.lora_alpha\": 6, \"unet.use_rslora\": true}', 4.2426407"
    })
    void notesOfDiffusers_scale(String notes, float scale) {
        lora.put("unet.mid.attn1.to_q", 2);
        lora.note(notes);
        assertEquals(scale, change(), 1e-6);
    }

    @Test
    void ldmNameOfAConvolution_isFolded() {
        lora.put("lora_unet_middle_0.lora_down.weight", lora.manager().ones(new Shape(1, 2, 3, 3)));
        lora.put(
                "lora_unet_middle_0.lora_up.weight",
                lora.manager().create(new float[] {1, 2, 3}, new Shape(3, 1, 1, 1)));
        try (LoraUpdates updates =
                LoraUpdates.read(List.of(Lora.of(lora.write())), LoraDraft.TARGETS)) {
            NDArray weight = lora.manager().ones(new Shape(3, 2, 3, 3));
            float[] folded = lora.folded(updates, "mid.conv.weight", weight);
            assertArrayEquals(
                    new float[] {2, 3, 4}, new float[] {folded[0], folded[18], folded[53]});
        }
    }

    @Test
    void weightThatIsNoNumber_isRefused() {
        Path file = Path.of("a.safetensors");
        assertEquals(
                "a.safetensors: LoRA weight, expected a finite number but was NaN",
                assertThrows(IllegalArgumentException.class, () -> Lora.of(file, Double.NaN))
                        .getMessage());
    }

    /** What the file adds to the weight of to_q. */
    private float change() {
        try (LoraUpdates updates =
                LoraUpdates.read(List.of(Lora.of(lora.write())), LoraDraft.TARGETS)) {
            NDArray weight = lora.manager().zeros(new Shape(3, 2));
            return lora.folded(updates, "mid.attn1.to_q.weight", weight)[0];
        }
    }
}
