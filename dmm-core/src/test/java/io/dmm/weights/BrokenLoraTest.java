package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.dmm.LogLines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every fault of a LoRA file is one sentence that names the file and what is wrong in it. */
class BrokenLoraTest {
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

    @Test
    void unknownTensors_areCountedAndNamed() {
        lora.put(Q, 2);
        for (int i = 10; i < 16; i++) {
            lora.put("lora_unet_x_" + i, 1);
        }
        String first =
                "[lora_unet_x_10.lora_down.weight, lora_unet_x_10.lora_up.weight,"
                        + " lora_unet_x_11.lora_down.weight, lora_unet_x_11.lora_up.weight,"
                        + " lora_unet_x_12.lora_down.weight, lora_unet_x_12.lora_up.weight,"
                        + " lora_unet_x_13.lora_down.weight, lora_unet_x_13.lora_up.weight,"
                        + " lora_unet_x_14.lora_down.weight, lora_unet_x_14.lora_up.weight]";
        assertFails(
                "%s: expected only changes to layers of the model but 12 of 14 tensors are none,"
                        + " first "
                        + first
                        + "; it is for another architecture, or ignoringUnknown() leaves them out");
        List<Lora> lenient = List.of(Lora.of(lora.write()).ignoringUnknown());
        try (LogLines log = new LogLines(LoraFile.class);
                LoraUpdates updates = LoraUpdates.read(lenient, LoraDraft.TARGETS)) {
            NDArray weight = lora.manager().zeros(new Shape(3, 2));
            assertEquals(1, lora.folded(updates, "mid.attn1.to_q.weight", weight)[0], 1e-6);
            String said = log.lines().toString();
            assertTrue(said.contains("left out 12 of 14 tensors that fit no layer"), said);
        }
    }

    @Test
    void fileWithoutAnyKnownLayer_isRefusedEvenLeniently() {
        lora.put("model.diffusion_model.conv.weight", lora.manager().ones(new Shape(2, 2)));
        String message =
                "%s: expected changes to layers of the model but none of 1 tensors is one, first"
                        + " [model.diffusion_model.conv.weight]; it is for another architecture, or no"
                        + " LoRA";
        assertFails(message);
        Lora lenient = Lora.of(lora.write()).ignoringUnknown();
        assertEquals(message.formatted(lenient.file()), failure(lenient));
    }

    @ParameterizedTest
    @CsvSource({
        "dora_scale, DoRA",
        "lora_magnitude_vector, DoRA",
        "oft_blocks, OFT",
        "oft_diag, OFT",
        "on_input, (IA)³",
        "a1.weight, GLoRA",
        "b2.weight, GLoRA",
        "diff, 'LyCORIS with whole changes of weights, biases or norms'",
        "w_norm, 'LyCORIS with whole changes of weights, biases or norms'"
    })
    void otherKinds_areRefusedByName(String suffix, String kind) {
        lora.put(Q, 2);
        lora.put(Q + "." + suffix, lora.manager().ones(new Shape(3, 1)));
        String expected =
                "%s: is of the kind "
                        + kind
                        + " ('"
                        + Q
                        + "."
                        + suffix
                        + "'), expected LoRA, LoCon, LoHa or LoKr";
        assertFails(expected);
        assertEquals(
                expected.formatted(lora.file()), failure(Lora.of(lora.write()).ignoringUnknown()));
    }

    @Test
    void adapterOfPeft_isRefusedByName() {
        String key = "base_model.model." + Q + ".lora_A.weight";
        lora.put(key, lora.manager().ones(new Shape(2, 3)));
        assertFails(
                "%s: is of the kind adapter of peft with its alpha in another file ('"
                        + key
                        + "'), expected LoRA, LoCon, LoHa or LoKr");
    }

    @Test
    void doraByItsNotes_isRefused() {
        lora.put(Q, 2);
        lora.note("{\"unet.use_dora\": true}");
        assertFails("%s: is of the kind DoRA (use_dora), expected LoRA, LoCon, LoHa or LoKr");
    }

    @ParameterizedTest
    @CsvSource({"2048, SDXL", "1024, SD 2", "768, SD 1.5"})
    void otherFamilies_areNamedByTheirShape(int width, String family) {
        String layer = "lora_unet_down_1_blocks_9_attn2_to_k"; // which this model has not
        lora.put(layer + ".lora_down.weight", lora.manager().ones(new Shape(2, width)));
        lora.put(layer + ".lora_up.weight", lora.manager().ones(new Shape(3, 2)));
        assertFails(
                "%s: is for "
                        + family
                        + ", expected a LoRA for text states of width 5 but was "
                        + width);
    }

    @Test
    void secondTextEncoder_tellsSdxl() {
        lora.put("lora_te2_text_model_encoder_layers_0_mlp_fc1", 2);
        assertFails(
                "%s: is for SDXL ('lora_te2_text_model_encoder_layers_0_mlp_fc1'), expected a LoRA"
                        + " for a model with one text encoder");
    }

    @Test
    void missingHalf_isNamed() {
        lora.put(Q, 2);
        lora.remove(Q + ".lora_up.weight");
        assertFails(
                "%s: '"
                        + Q
                        + "' has only ["
                        + Q
                        + ".lora_down.weight], expected lora_up as well; the file is damaged");
        lora.remove(Q + ".lora_down.weight");
        lora.put(Q + ".alpha", lora.manager().create(1f));
        assertFails(
                "%s: '"
                        + Q
                        + "' expected the tensors of a LoRA, LoCon, LoHa or LoKr but was ["
                        + Q
                        + ".alpha]");
    }

    @Test
    void halvesOfDifferentRank_areNamed() {
        lora.put(Q, 2);
        lora.put(Q + ".lora_up.weight", lora.manager().ones(new Shape(3, 4)));
        assertFails(
                "%s: '"
                        + Q
                        + ".lora_down.weight', expected rank 4, that of '"
                        + Q
                        + ".lora_up.weight', but was 2; the file is damaged");
    }

    @Test
    void twoNamesOfOneLayer_areRefused() {
        lora.put(Q, 2);
        lora.put("unet.mid.attn1.to_q", 2);
        assertFails("%s: 'unet.mid.attn1.to_q' names the same layer as '" + Q + "'");
        lora.clear();
        lora.put("unet.mid.attn1.to_q", 2);
        lora.put("unet.mid.attn1.to_q.lora_A.weight", lora.manager().ones(new Shape(2, 2)));
        assertFails(
                "%s: 'unet.mid.attn1.to_q' expected one of 'unet.mid.attn1.to_q.lora_A.weight' and"
                        + " 'unet.mid.attn1.to_q.lora_down.weight' but was both");
    }

    @Test
    void tensorsThatAreNoMatrices_areNamed() {
        lora.put(Q, 2);
        lora.put(Q + ".lora_down.weight", lora.manager().ones(new Shape(4)));
        assertFails(
                "%s: '"
                        + Q
                        + ".lora_down.weight', expected floats of (rows, columns) or (rows, columns, k, k)"
                        + " but was (4); the file is damaged");
        lora.put(Q + ".lora_down.weight", lora.manager().ones(new Shape(0, 2)));
        assertTrue(failure().contains("but was (0, 2)"));
        lora.put(Q, 2);
        lora.put(Q + ".alpha", lora.manager().ones(new Shape(2)));
        assertFails("%s: '" + Q + ".alpha', expected one number but was (2); the file is damaged");
    }

    @Test
    void hadamardOfDifferentShapes_isNamed() {
        lora.put(Q + ".hada_w1_a", lora.manager().ones(new Shape(3, 2)));
        lora.put(Q + ".hada_w1_b", lora.manager().ones(new Shape(2, 2)));
        lora.put(Q + ".hada_w2_a", lora.manager().ones(new Shape(3, 2)));
        lora.put(Q + ".hada_w2_b", lora.manager().ones(new Shape(2, 1)));
        assertFails(
                "%s: '"
                        + Q
                        + "' expected two matrices of one shape but was (3, 2) and (3, 1); the file is damaged");
    }

    @Test
    void notANumber_isNamed() throws IOException {
        lora.put(Q, 2);
        Path file = lora.write();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer nan = ByteBuffer.wrap(new byte[] {0, 0, (byte) 0xc0, 0x7f});
            channel.write(nan, channel.size() - Float.BYTES);
        }
        assertEquals(
                file
                        + ": "
                        + Q
                        + ".lora_up.weight holds values that are NaN or infinite in FLOAT32,"
                        + " expected none but was 1 of 6; the model is broken",
                failure(Lora.of(file)));
    }

    @Test
    void truncatedFile_isRefused() throws IOException {
        lora.put(Q, 2);
        Path file = lora.write();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }
        assertTrue(failure(Lora.of(file)).startsWith(file + ": truncated"));
    }

    @Test
    void notesThatAreNoNotes_areNamed() {
        lora.put(Q, 2);
        lora.note("{\"unet.lora_alpha\": \"six\"}");
        assertFails(
                "%s: lora_adapter_metadata: 'unet.lora_alpha', expected a number but was \"six\"");
        lora.note("[1]");
        assertFails("%s: lora_adapter_metadata: is not a JSON object");
        lora.note("{");
        assertTrue(failure().contains("lora_adapter_metadata: is not valid JSON"));
        lora.note("{\"unet.alpha_pattern\": {\"(a+)+b\": 1}}");
        assertFails(
                "%s: lora_adapter_metadata: unet.alpha_pattern: expected paths of layers but was"
                        + " '(a+)+b'");
    }

    private void assertFails(String message) {
        assertEquals(message.formatted(lora.file()), failure());
    }

    private String failure() {
        return failure(Lora.of(lora.write()));
    }

    private static String failure(Lora file) {
        String message =
                assertThrows(
                                ModelFileException.class,
                                () -> LoraUpdates.read(List.of(file), LoraDraft.TARGETS))
                        .getMessage();
        assertEquals(1, message.lines().count());
        return message;
    }
}
