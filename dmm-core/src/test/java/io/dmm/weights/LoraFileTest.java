package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is in a LoRA file, and what is wrong with it. */
class LoraFileTest {
    private static final String Q = "lora_unet_mid_attn1_to_q";
    private static final LoraTargets TARGETS =
            LoraTargets.of(
                    Map.of(
                            "mid.attn1.to_q.weight", new Shape(3, 2),
                            "mid.attn2.to_k.weight", new Shape(3, 5),
                            "mid.conv.weight", new Shape(3, 2, 3, 3)),
                    Map.of("mid.conv", "middle.0"),
                    Map.of("text_model.self_attn.q_proj.weight", new Shape(2, 2)));

    private final NDManager manager = Compute.newManager();
    private final Map<String, NDArray> tensors = new TreeMap<>();
    private final Map<String, String> metadata = new TreeMap<>();
    @TempDir private Path temporary;

    @AfterEach
    void close() {
        manager.close();
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
        tensors.put(down + ".weight", manager.create(new float[] {1, 2}, new Shape(1, 2)));
        tensors.put(up + ".weight", manager.create(new float[] {3, 5, 7}, new Shape(3, 1)));
        try (LoraUpdates updates = LoraUpdates.read(List.of(Lora.of(write(), 2)), TARGETS)) {
            assertArrayEquals(
                    new float[] {7, 13, 11, 21, 15, 29},
                    folded(updates, "mid.attn1.to_q.weight", manager.ones(new Shape(3, 2))));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "4, 2", // α/r of rank 2
        "0, 1", ", 1"
    })
    void alpha_scalesUnlessItIsMissingOrZero(Float alpha, float scale) {
        put(Q, 2);
        if (alpha != null) {
            tensors.put(Q + ".alpha", manager.create(alpha));
        }
        assertEquals(scale, change(), 1e-6);
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"unet.lora_alpha\": 6}', 3",
        "'{\"text_encoder.lora_alpha\": 6}', 1",
        "'{\"unet.lora_alpha\": 6, \"unet.alpha_pattern\": {\"attn1.to_q\": 5}}', 2.5",
        "'{\"unet.lora_alpha\": 6, \"unet.alpha_pattern\": {\"^mid.attn1.to_q\": 5}}', 2.5",
        "'{\"unet.lora_alpha\": 6, \"unet.alpha_pattern\": {\"to_k\": 5, \"o_q\": 4}}', 3",
        "'{\"unet.lora_alpha\": 6, \"unet.use_rslora\": true}', 4.2426407"
    })
    void notesOfDiffusers_scale(String notes, float scale) {
        put("unet.mid.attn1.to_q", 2);
        metadata.put("lora_adapter_metadata", notes);
        assertEquals(scale, change(), 1e-6);
    }

    @Test
    void notesThatAreNoNotes_areNamed() {
        put(Q, 2);
        metadata.put("lora_adapter_metadata", "{\"unet.lora_alpha\": \"six\"}");
        assertFails(
                "%s: lora_adapter_metadata: 'unet.lora_alpha', expected a number but was \"six\"");
        metadata.put("lora_adapter_metadata", "[1]");
        assertFails("%s: lora_adapter_metadata: is not a JSON object");
        metadata.put("lora_adapter_metadata", "{");
        assertTrue(failure().contains("lora_adapter_metadata: is not valid JSON"));
        metadata.put("lora_adapter_metadata", "{\"unet.alpha_pattern\": {\"(a+)+b\": 1}}");
        assertFails(
                "%s: lora_adapter_metadata: unet.alpha_pattern: expected paths of layers but was"
                        + " '(a+)+b'");
    }

    @Test
    void unknownTensors_areCountedAndNamed() {
        put(Q, 2);
        for (int i = 10; i < 16; i++) {
            put("lora_unet_x_" + i, 1);
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
        StringBuilder log = new StringBuilder();
        try (LoraUpdates updates = logged(log, Lora.of(write()).ignoringUnknown())) {
            NDArray weight = manager.zeros(new Shape(3, 2));
            assertEquals(1, folded(updates, "mid.attn1.to_q.weight", weight)[0], 1e-6);
        }
        assertTrue(
                log.toString().contains("left out 12 of 14 tensors that fit no layer"),
                log.toString());
    }

    @Test
    void fileWithoutAnyKnownLayer_isRefusedEvenLeniently() {
        tensors.put("model.diffusion_model.conv.weight", manager.ones(new Shape(2, 2)));
        String message =
                "%s: expected changes to layers of the model but none of 1 tensors is one, first"
                        + " [model.diffusion_model.conv.weight]; it is for another architecture, or no"
                        + " LoRA";
        assertFails(message);
        Lora lenient = Lora.of(write()).ignoringUnknown();
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
        "b2.weight, GLoRA"
    })
    void otherKinds_areRefusedByName(String suffix, String kind) {
        put(Q, 2);
        tensors.put(Q + "." + suffix, manager.ones(new Shape(3, 1)));
        String expected =
                "%s: is of the kind "
                        + kind
                        + " ('"
                        + Q
                        + "."
                        + suffix
                        + "'), expected LoRA, LoCon, LoHa or LoKr";
        assertFails(expected);
        assertEquals(expected.formatted(file()), failure(Lora.of(write()).ignoringUnknown()));
    }

    @Test
    void doraByItsNotes_isRefused() {
        put(Q, 2);
        metadata.put("lora_adapter_metadata", "{\"unet.use_dora\": true}");
        assertFails("%s: is of the kind DoRA (use_dora), expected LoRA, LoCon, LoHa or LoKr");
    }

    @ParameterizedTest
    @CsvSource({"2048, SDXL", "1024, SD 2", "768, SD 1.5"})
    void otherFamilies_areNamedByTheirShape(int width, String family) {
        String layer = "lora_unet_down_1_blocks_9_attn2_to_k"; // which this model has not
        tensors.put(layer + ".lora_down.weight", manager.ones(new Shape(2, width)));
        tensors.put(layer + ".lora_up.weight", manager.ones(new Shape(3, 2)));
        assertFails(
                "%s: is for "
                        + family
                        + ", expected a LoRA for text states of width 5 but was "
                        + width);
    }

    @Test
    void secondTextEncoder_tellsSdxl() {
        put("lora_te2_text_model_encoder_layers_0_mlp_fc1", 2);
        assertFails(
                "%s: is for SDXL ('lora_te2_text_model_encoder_layers_0_mlp_fc1'), expected a LoRA"
                        + " for a model with one text encoder");
    }

    @Test
    void missingHalf_isNamed() {
        put(Q, 2);
        tensors.remove(Q + ".lora_up.weight");
        assertFails(
                "%s: '"
                        + Q
                        + "' has only ["
                        + Q
                        + ".lora_down.weight], expected lora_up as well; the file is damaged");
        tensors.remove(Q + ".lora_down.weight");
        tensors.put(Q + ".alpha", manager.create(1f));
        assertFails(
                "%s: '"
                        + Q
                        + "' expected the tensors of a LoRA, LoCon, LoHa or LoKr but was ["
                        + Q
                        + ".alpha]");
    }

    @Test
    void halvesOfDifferentRank_areNamed() {
        put(Q, 2);
        tensors.put(Q + ".lora_up.weight", manager.ones(new Shape(3, 4)));
        assertFails(
                "%s: '"
                        + Q
                        + ".lora_down.weight', expected rank 4, that of '"
                        + Q
                        + ".lora_up.weight', but was 2; the file is damaged");
    }

    @Test
    void twoNamesOfOneLayer_areRefused() {
        put(Q, 2);
        put("unet.mid.attn1.to_q", 2);
        assertFails("%s: 'unet.mid.attn1.to_q' names the same layer as '" + Q + "'");
        tensors.clear();
        put("unet.mid.attn1.to_q", 2);
        tensors.put("unet.mid.attn1.to_q.lora_A.weight", manager.ones(new Shape(2, 2)));
        assertFails(
                "%s: 'unet.mid.attn1.to_q' expected one of 'unet.mid.attn1.to_q.lora_A.weight' and"
                        + " 'unet.mid.attn1.to_q.lora_down.weight' but was both");
    }

    @Test
    void tensorsThatAreNoMatrices_areNamed() {
        put(Q, 2);
        tensors.put(Q + ".lora_down.weight", manager.ones(new Shape(4)));
        assertFails(
                "%s: '"
                        + Q
                        + ".lora_down.weight', expected floats of (rows, columns) or (rows, columns, k, k)"
                        + " but was (4); the file is damaged");
        tensors.put(Q + ".lora_down.weight", manager.ones(new Shape(0, 2)));
        assertTrue(failure().contains("but was (0, 2)"));
        put(Q, 2);
        tensors.put(Q + ".alpha", manager.ones(new Shape(2)));
        assertFails("%s: '" + Q + ".alpha', expected one number but was (2); the file is damaged");
    }

    @Test
    void hadamardOfDifferentShapes_isNamed() {
        tensors.put(Q + ".hada_w1_a", manager.ones(new Shape(3, 2)));
        tensors.put(Q + ".hada_w1_b", manager.ones(new Shape(2, 2)));
        tensors.put(Q + ".hada_w2_a", manager.ones(new Shape(3, 2)));
        tensors.put(Q + ".hada_w2_b", manager.ones(new Shape(2, 1)));
        assertFails(
                "%s: '"
                        + Q
                        + "' expected two matrices of one shape but was (3, 2) and (3, 1); the file is damaged");
    }

    @Test
    void notANumber_isNamed() throws IOException {
        put(Q, 2);
        Path file = write();
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
        put(Q, 2);
        Path file = write();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }
        assertTrue(failure(Lora.of(file)).startsWith(file + ": truncated"));
    }

    @Test
    void weightThatIsNoNumber_isRefused() {
        Path file = Path.of("a.safetensors");
        assertEquals(
                "a.safetensors: LoRA weight, expected a finite number but was NaN",
                assertThrows(IllegalArgumentException.class, () -> Lora.of(file, Double.NaN))
                        .getMessage());
    }

    @Test
    void ldmNameOfAConvolution_isFolded() {
        tensors.put("lora_unet_middle_0.lora_down.weight", manager.ones(new Shape(1, 2, 3, 3)));
        tensors.put(
                "lora_unet_middle_0.lora_up.weight",
                manager.create(new float[] {1, 2, 3}, new Shape(3, 1, 1, 1)));
        try (LoraUpdates updates = LoraUpdates.read(List.of(Lora.of(write())), TARGETS)) {
            NDArray weight = manager.ones(new Shape(3, 2, 3, 3));
            float[] folded = folded(updates, "mid.conv.weight", weight);
            assertArrayEquals(
                    new float[] {2, 3, 4}, new float[] {folded[0], folded[18], folded[53]});
        }
    }

    /** A pair whose ΔW is 1 everywhere before scaling. */
    private void put(String layer, int rank) {
        tensors.put(layer + ".lora_down.weight", manager.ones(new Shape(rank, 2)).div(rank));
        tensors.put(layer + ".lora_up.weight", manager.ones(new Shape(3, rank)));
    }

    /** What the file adds to the weight of to_q. */
    private float change() {
        try (LoraUpdates updates = LoraUpdates.read(List.of(Lora.of(write())), TARGETS)) {
            return folded(updates, "mid.attn1.to_q.weight", manager.zeros(new Shape(3, 2)))[0];
        }
    }

    private float[] folded(LoraUpdates updates, String name, NDArray weight) {
        return updates.foldUNet(Map.of(name, weight), manager).get(name).toFloatArray();
    }

    private Path file() {
        return temporary.resolve("lora.safetensors");
    }

    private Path write() {
        SafeTensorsWriter.write(file(), tensors, DType.F32, metadata);
        return file();
    }

    private void assertFails(String message) {
        assertEquals(message.formatted(file()), failure());
    }

    private String failure() {
        return failure(Lora.of(write()));
    }

    private static String failure(Lora lora) {
        String message =
                assertThrows(
                                ModelFileException.class,
                                () -> LoraUpdates.read(List.of(lora), TARGETS))
                        .getMessage();
        assertEquals(1, message.lines().count());
        return message;
    }

    private static LoraUpdates logged(StringBuilder log, Lora lora) {
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(LogRecord entry) {
                        log.append(entry.getMessage());
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger(LoraFile.class.getName());
        logger.addHandler(handler);
        try {
            return LoraUpdates.read(List.of(lora), TARGETS);
        } finally {
            logger.removeHandler(handler);
        }
    }
}
