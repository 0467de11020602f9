package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.Reference;
import io.dmm.model.unet.UNet;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Precision;
import io.dmm.tinyworld.TinyWorld;
import io.dmm.weights.DType;
import io.dmm.weights.Lora;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.SafeTensorsWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraFoldingTest {
    private static final String CHANGED =
            "mid_block.attentions.0.transformer_blocks.0.attn1.to_q.weight";
    private static final String UNCHANGED = "conv_in.weight";

    private static StableDiffusion base;
    @TempDir private Path temporary;

    @BeforeAll
    static void load() {
        base = StableDiffusion.load(Reference.path("pipeline"));
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void weightZero_changesNothing() {
        try (StableDiffusion folded = base.with(lora("kohya", 0))) {
            assertWeights(values(base.unet()), values(folded.unet()), 0);
            assertSame(base.textEncoder(), folded.textEncoder());
        }
    }

    @Test
    void oneAndMinusOne_foldBack() {
        try (StableDiffusion there = base.with(lora("kohya", 1));
                StableDiffusion back = there.with(lora("kohya", -1));
                StableDiffusion both = base.with(lora("kohya", 1), lora("kohya", -1))) {
            assertFalse(
                    Arrays.equals(
                            values(base.unet()).get(CHANGED), values(there.unet()).get(CHANGED)));
            // an ulp of the largest weight, which is below 2
            assertWeights(values(base.unet()), values(back.unet()), 1.2e-7f);
            assertWeights(values(base.unet()), values(both.unet()), 0);
        }
    }

    @Test
    void whatWasFolded_isExtractedAgain() {
        Path file = temporary.resolve("extracted.safetensors");
        try (StableDiffusion tuned = base.with(lora("kohya", 1))) {
            tuned.saveLora(file, base, 8, DType.F32); // the file's own rank is below
            try (StableDiffusion again = base.with(Lora.of(file))) {
                assertWeights(values(tuned.unet()), values(again.unet()), 1e-6f);
                assertNotSame(base.textEncoder(), again.textEncoder());
            }
            assertEquals(
                    file + ": exists already, expected a new name; choose another or remove it",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> tuned.saveLora(file, base, 8, DType.F32))
                            .getMessage());
        }
    }

    @Test
    void modelOfOtherLayers_isNotExtracted() {
        Path file = temporary.resolve("none.safetensors");
        try (StableDiffusion tiny = TinyWorld.open().base()) {
            var refusal =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> tiny.saveLora(file, base, 8, DType.F32));
            assertEquals(
                    file + ": expected a model with the layers of the base but has others",
                    refusal.getMessage());
        }
    }

    @Test
    void orderOfTwo_doesNotMatter() {
        Lora first = lora("kohya", 0.7);
        Lora second = lora("old", 0.4);
        try (StableDiffusion one = base.with(first, second);
                StableDiffusion other = base.with(second, first);
                StableDiffusion inTurn = base.with(first);
                StableDiffusion after = inTurn.with(second)) {
            assertWeights(values(one.unet()), values(other.unet()), 0);
            assertWeights(values(one.unet()), values(after.unet()), 3e-7f);
            assertArrayEquals(encoded(one), encoded(other));
        }
    }

    @Test
    void base_staysAsItWas() {
        Map<String, float[]> before = values(base.unet());
        int[] picture = picture(base);
        int arrays = base.manager().getManagedArrays().size();
        try (StableDiffusion folded = base.with(lora("kohya", 1))) {
            assertFalse(Arrays.equals(picture, picture(folded)));
        }
        assertEquals(arrays, base.manager().getManagedArrays().size());
        assertWeights(before, values(base.unet()), 0);
        assertArrayEquals(picture, picture(base));
    }

    @Test
    void unchangedWeights_shareTheMemoryOfTheBase() {
        try (StableDiffusion own = StableDiffusion.load(Reference.path("pipeline"));
                StableDiffusion folded = own.with(lora("kohya", 1))) {
            NDArray shared = folded.unet().parameters().get(UNCHANGED);
            NDArray changed = folded.unet().parameters().get(CHANGED);
            float before = changed.toFloatArray()[0];
            own.unet().parameters().get(UNCHANGED).muli(0);
            own.unet().parameters().get(CHANGED).muli(0);
            assertEquals(0, shared.toFloatArray()[0], Float.MIN_VALUE); // -0 as well
            assertEquals(before, changed.toFloatArray()[0]);
        }
    }

    @Test
    void bf16_isFoldedInFp32AndThenConverted() {
        try (NDManager manager = Compute.newManager();
                GradMode mode = GradMode.off();
                LoraFolding folding = LoraFolding.read(base, List.of(lora("kohya", 1)))) {
            UNet exact = folding.unet(manager, Precision.FP32);
            UNet converted = folding.unet(manager, Precision.BF16);
            UNet copy = exact.preparedCopy(manager, Precision.BF16);
            NDArray expected = noisePred(manager, exact);
            Reference.assertClose(expected, noisePred(manager, converted), 0.1, "bf16");
            assertArrayEquals(
                    noisePred(manager, copy).toFloatArray(),
                    noisePred(manager, converted).toFloatArray());
            assertFalse(
                    Arrays.equals(
                            expected.toFloatArray(), noisePred(manager, copy).toFloatArray()));
        }
    }

    @Test
    void bf16Model_isFoldedAsTheFp32OneIs() {
        try (StableDiffusion fast =
                        StableDiffusion.load(Reference.path("pipeline"), Precision.BF16);
                StableDiffusion folded = fast.with(lora("kohya", 1), lora("lokr", 0.5));
                StableDiffusion exact = base.with(lora("kohya", 1), lora("lokr", 0.5));
                NDManager manager = Compute.newManager();
                GradMode mode = GradMode.off()) {
            assertEquals(base.unet().shapes(), folded.unet().shapes());
            NDArray expected = noisePred(manager, exact.unet());
            NDArray actual = noisePred(manager, folded.unet());
            assertTrue(distance(expected, actual) < 0.05);
            assertTrue(distance(expected, noisePred(manager, fast.unet())) > 0.1);
            assertArrayEquals(encoded(exact), encoded(folded));
        }
    }

    private static double distance(NDArray expected, NDArray actual) {
        return expected.sub(actual).norm().getFloat() / expected.norm().getFloat();
    }

    @Test
    void folding_leavesNoArrays() {
        try (NDManager manager = Compute.newManager();
                LoraFolding folding = LoraFolding.read(base, List.of(lora("lokr", 1)))) {
            UNet unet = folding.unet(manager, Precision.FP32);
            assertEquals(unet.parameters().size(), manager.getManagedArrays().size());
        }
    }

    @Test
    void wrongFile_isRefusedAndNothingChanges() {
        Path file = temporary.resolve("wrong.safetensors");
        try (NDManager manager = Compute.newManager()) {
            String layer = "lora_unet_conv_in";
            SafeTensorsWriter.write(
                    file,
                    Map.of(
                            layer + ".lora_down.weight", manager.zeros(new Shape(2, 8, 3, 3)),
                            layer + ".lora_up.weight", manager.zeros(new Shape(8, 2, 1, 1))),
                    DType.F32,
                    Map.of());
        }
        Map<String, float[]> before = values(base.unet());
        ModelFileException failure =
                assertThrows(
                        ModelFileException.class, () -> base.with(lora("kohya", 1), Lora.of(file)));
        assertEquals(
                file
                        + ": 'lora_unet_conv_in' changes a weight of another shape, expected (8,"
                        + " 36) but was (8, 72); the LoRA is for another architecture",
                failure.getMessage());
        assertWeights(before, values(base.unet()), 0);
    }

    private static Lora lora(String name, double weight) {
        return Lora.of(Reference.path("lora/" + name + ".safetensors"), weight);
    }

    private static Map<String, float[]> values(UNet unet) {
        Map<String, float[]> values = new HashMap<>();
        unet.parameters().forEach((name, tensor) -> values.put(name, tensor.toFloatArray()));
        return values;
    }

    private static void assertWeights(
            Map<String, float[]> expected, Map<String, float[]> actual, float tolerance) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach(
                (name, weight) -> {
                    if (tolerance == 0) {
                        assertArrayEquals(weight, actual.get(name), name);
                    } else {
                        assertArrayEquals(weight, actual.get(name), tolerance, name);
                    }
                });
    }

    private static float[] encoded(StableDiffusion model) {
        try (NDManager memory = Compute.newManager();
                GradMode mode = GradMode.off()) {
            return model.encode(memory, List.of("a red house"), 1).toFloatArray();
        }
    }

    private static int[] picture(StableDiffusion model) {
        return Pictures.rgb(model.sample("a red house").steps(2).seed(7).image().image());
    }

    private static NDArray noisePred(NDManager manager, UNet unet) {
        NDArray latents = manager.arange(256f).sin().reshape(1, 4, 8, 8);
        NDArray context = manager.arange(160f).cos().reshape(1, 10, 16);
        return unet.forward(latents, new float[] {300}, context, null);
    }
}
