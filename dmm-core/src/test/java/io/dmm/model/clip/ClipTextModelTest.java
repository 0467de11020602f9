package io.dmm.model.clip;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.Reference;
import io.dmm.model.ConfigNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
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
