package io.dmm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDManager;
import io.dmm.data.TextStates;
import io.dmm.distill.Teacher;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.Lora;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpertTest {
    private static final Path KOHYA = Reference.path("lora/kohya.safetensors");

    private static StableDiffusion base;

    @BeforeAll
    static void load() {
        base = StableDiffusion.load(Reference.path("pipeline"));
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void lora_samplesAsTheBaseWithIt() {
        Expert expert = Expert.lora("ink", KOHYA, 0.8);
        try (StableDiffusion model = expert.pipeline(base);
                StableDiffusion folded = base.with(Lora.of(KOHYA, 0.8))) {
            assertArrayEquals(picture(folded), picture(model));
            assertFalse(Arrays.equals(picture(base), picture(model)));
        }
    }

    @Test
    void loraTeacher_hasItsOwnTextStatesWhereTheFileChangesThem() {
        List<String> captions = List.of("a red house");
        try (NDManager manager = Compute.newManager();
                StableDiffusion folded = base.with(Lora.of(KOHYA))) {
            TextStates ofBase = Expert.textStates(manager, base, captions);
            Expert both = Expert.lora("both", KOHYA, 1);
            Teacher teacher = both.load(manager, base, Precision.FP32, captions, ofBase);
            assertArrayEquals(
                    folded.encode(manager, captions, 1).toFloatArray(),
                    teacher.textStates().of(manager, captions).toFloatArray());
            Expert unetOnly = Expert.lora("unet", Reference.path("lora/loha.safetensors"), 1);
            assertSame(
                    ofBase,
                    unetOnly.load(manager, base, Precision.FP32, captions, ofBase).textStates());
        }
    }

    @Test
    void severalLoras_addUp() {
        Lora second = Lora.of(Reference.path("lora/locon.safetensors"), 0.5);
        Expert expert = Expert.lora("both", Lora.of(KOHYA), second);
        try (StableDiffusion model = expert.pipeline(base);
                StableDiffusion folded = base.with(Lora.of(KOHYA), second)) {
            assertArrayEquals(picture(folded), picture(model));
        }
        assertEquals(
                "expert: expected at least one LoRA but was none",
                assertThrows(IllegalArgumentException.class, () -> Expert.lora("none"))
                        .getMessage());
    }

    private static int[] picture(StableDiffusion model) {
        BufferedImage image = model.sample("a red house").steps(2).seed(7).image().image();
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    @Test
    void name_mayHaveSpacesInside() {
        assertEquals("pixel art", Expert.checkpoint("pixel art", Path.of("a")).name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " ink", "ink ", "in\nk", "in\rk"})
    void nameThatAFileCannotKeep_isRefused(String name) {
        assertEquals(
                "expert: expected a name without surrounding white space or line ends but was '"
                        + name
                        + "'",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Expert.checkpoint(name, Path.of("a")))
                        .getMessage());
    }
}
