package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.ndarray.NDArray;
import io.dmm.Reference;
import io.dmm.tensor.GradMode;
import io.dmm.weights.Lora;
import io.dmm.weights.SafeTensorsFile;
import io.dmm.weights.TensorFile;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds folded weights and their networks' answers against diffusers and peft. */
class LoraReferenceTest {
    /** Of weights about 0.3 large: fp32's rounding of a few products and sums. */
    private static final double WEIGHT_TOLERANCE = 1e-6;

    /** In standard deviations; the networks alone reach as much, see their own tests. */
    private static final double OUTPUT_TOLERANCE = 1e-5;

    private static Reference reference;
    private static StableDiffusion base;
    private static Set<String> keys;

    @BeforeAll
    static void open() {
        reference = Reference.open("lora");
        base = StableDiffusion.load(Reference.path("pipeline"));
        try (TensorFile values = SafeTensorsFile.open(Reference.path("lora/values.safetensors"))) {
            keys = new TreeSet<>(values.tensors().keySet());
        }
    }

    @AfterAll
    static void close() {
        reference.close();
        base.close();
    }

    @ParameterizedTest
    @CsvSource({
        "kohya, 22, 12",
        "peft, 16, 8",
        "old, 16, 8",
        "locon, 6, 0",
        "ldm, 13, 0",
        "loha, 6, 0",
        "lokr, 6, 0"
    })
    void foldedFile_givesTheWeightsAndAnswersOfTheReference(
            String name, int unetLayers, int textLayers) {
        Lora lora = Lora.of(Reference.path("lora/" + name + ".safetensors"), 0.8);
        try (StableDiffusion folded = base.with(lora);
                GradMode mode = GradMode.off()) {
            assertEquals(
                    unetLayers,
                    assertFolded(
                            name + ".unet.", base.unet().parameters(), folded.unet().parameters()));
            assertEquals(
                    textLayers,
                    assertFolded(
                            name + ".text_encoder.",
                            base.textEncoder().parameters(),
                            folded.textEncoder().parameters()));
            reference.assertClose(name + ".noise_pred", noisePred(folded), OUTPUT_TOLERANCE);
            if (textLayers > 0) {
                assertNotSame(base.textEncoder(), folded.textEncoder());
                reference.assertClose(name + ".text_states", textStates(folded), OUTPUT_TOLERANCE);
            } else {
                assertSame(base.textEncoder(), folded.textEncoder());
            }
        }
    }

    /** Compares all weights and counts those that change. */
    private static int assertFolded(
            String prefix, Map<String, NDArray> before, Map<String, NDArray> after) {
        assertEquals(before.keySet(), after.keySet());
        int changed = 0;
        for (String name : before.keySet()) {
            if (keys.contains(prefix + name)) {
                changed++;
                assertArrayEquals(
                        reference.value(prefix + name).toFloatArray(),
                        after.get(name).toFloatArray(),
                        (float) WEIGHT_TOLERANCE,
                        prefix + name);
            } else {
                assertArrayEquals(
                        before.get(name).toFloatArray(),
                        after.get(name).toFloatArray(),
                        prefix + name);
            }
        }
        return changed;
    }

    private static NDArray noisePred(StableDiffusion model) {
        float[] timesteps = {37, 814};
        NDArray sample = reference.value("sample");
        return model.unet().forward(sample, timesteps, reference.value("context"), null);
    }

    private static NDArray textStates(StableDiffusion model) {
        long[] ids = reference.value("input_ids").toLongArray();
        return model.textEncoder().forward(reference.manager(), new long[][] {ids}, 1);
    }
}
