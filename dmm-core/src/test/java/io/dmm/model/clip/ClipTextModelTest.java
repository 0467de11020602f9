package io.dmm.model.clip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.Reference;
import io.dmm.tensor.Precision;
import io.dmm.weights.ConfigNode;
import io.dmm.weights.DType;
import io.dmm.weights.SafeTensorsWriter;
import io.dmm.weights.TensorFile;
import io.dmm.weights.Weights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the text encoder against transformers' CLIPTextModel. */
class ClipTextModelTest {
    private static Reference reference;

    @BeforeAll
    static void load() {
        reference = Reference.open("clip");
    }

    @AfterAll
    static void close() {
        reference.close();
    }

    @ParameterizedTest
    @CsvSource({
        "quick_gelu, 1, last_hidden_state",
        "quick_gelu, 2, clip_skip_2",
        "gelu, 1, gelu.last_hidden_state",
        "gelu, 2, gelu.clip_skip_2"
    })
    void textStates_equalTransformers(String activation, int clipSkip, String key) {
        NDArray states = model(activation).forward(reference.manager(), ids(), clipSkip);
        reference.assertClose(key, states, 1e-4);
    }

    @Test
    void gelu_differsFromQuickGelu() {
        NDArray quick = model("quick_gelu").forward(reference.manager(), ids(), 1);
        NDArray gelu = model("gelu").forward(reference.manager(), ids(), 1);
        assertTrue(Reference.largestDifference(quick.toFloatArray(), gelu.toFloatArray()) > 1e-3);
    }

    @Test
    void statesBeforeAToken_doNotDependOnIt() {
        long[][] changed = ids();
        changed[0][40] = 5;
        float[] before = model("quick_gelu").forward(reference.manager(), ids(), 1).toFloatArray();
        float[] after = model("quick_gelu").forward(reference.manager(), changed, 1).toFloatArray();
        int width = 32;
        assertArrayEquals(
                Arrays.copyOf(before, 40 * width), Arrays.copyOf(after, 40 * width), 1e-6f);
        assertNotEquals(before[40 * width], after[40 * width]);
    }

    @Test
    void savedAndLoaded_encodesTheSame(@TempDir Path folder) {
        Weights weights = reference.weights();
        ClipTextConfig config = ClipTextConfig.read(reference.config());
        ClipTextModel model = new ClipTextModel(config, weights);
        Path file = folder.resolve("model.safetensors");
        SafeTensorsWriter.write(file, weights.taken(), DType.F32, Map.of());
        try (TensorFile saved = TensorFile.open(file)) {
            Weights same = Weights.load(saved, reference.manager(), Precision.FP32);
            ClipTextModel loaded = new ClipTextModel(config, same);
            assertArrayEquals(
                    model.forward(reference.manager(), ids(), 1).toFloatArray(),
                    loaded.forward(reference.manager(), ids(), 1).toFloatArray());
        }
    }

    @Test
    void config_isTheSameAfterWritingAndReading() {
        ClipTextConfig config = ClipTextConfig.read(reference.config());
        assertEquals(
                new ClipTextConfig(800, 32, 64, 3, 4, 77, ClipTextConfig.Activation.QUICK_GELU),
                config);
        assertEquals(config, ClipTextConfig.read(new ConfigNode(config.toJson(), "config.json")));
    }

    @Test
    void forward_leavesNothingButItsResult() {
        ClipTextModel model = model("quick_gelu");
        try (NDManager manager = reference.manager().newSubManager()) {
            model.forward(manager, ids(), 1);
            assertEquals(1, manager.getManagedArrays().size());
        }
    }

    @Test
    void tokensAndClipSkipsThatDoNotExist_areRefused() {
        ClipTextModel model = model("quick_gelu");
        assertRefused("CLIP: clip skip, expected 1 to 3 but was 0", model, ids(), 0);
        assertRefused("CLIP: clip skip, expected 1 to 3 but was 4", model, ids(), 4);
        assertRefused(
                "CLIP: expected 77 token ids but was 5", model, new long[][] {new long[5]}, 1);
        long[][] foreign = ids();
        foreign[1][3] = 800;
        assertRefused(
                "CLIP: token id, expected 0 to 799 but was 800; the tokenizer belongs to another"
                        + " text encoder",
                model,
                foreign,
                1);
    }

    private static void assertRefused(
            String message, ClipTextModel model, long[][] ids, int clipSkip) {
        IllegalArgumentException refusal =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> model.forward(reference.manager(), ids, clipSkip));
        assertEquals(message, refusal.getMessage());
    }

    private static ClipTextModel model(String activation) {
        ObjectNode json = (ObjectNode) reference.config().json();
        json.put("hidden_act", activation);
        ClipTextConfig config = ClipTextConfig.read(new ConfigNode(json, "config.json"));
        return new ClipTextModel(config, reference.weights());
    }

    private static long[][] ids() {
        NDArray ids = reference.value("input_ids");
        return new long[][] {ids.get(0).toLongArray(), ids.get(1).toLongArray()};
    }
}
