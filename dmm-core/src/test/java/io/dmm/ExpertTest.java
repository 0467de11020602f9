package io.dmm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.data.Cache;
import io.dmm.data.TextStates;
import io.dmm.distill.Teacher;
import io.dmm.distill.TrainingListener;
import io.dmm.pipeline.GeneratedImage;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.DType;
import io.dmm.weights.Lora;
import io.dmm.weights.ModelFileException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpertTest {
    @TempDir private Path temporary;

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
    void clipSkip_isThatOfItsPictures() {
        Expert expert = Expert.lora("ink", KOHYA, 1).withClipSkip(2);
        try (StableDiffusion model = expert.pipeline(base);
                StableDiffusion folded = base.with(Lora.of(KOHYA))) {
            GeneratedImage own = model.sample("a house").seed(3).steps(2).image();
            GeneratedImage said = folded.sample("a house").clipSkip(2).seed(3).steps(2).image();
            assertArrayEquals(rgb(said), rgb(own));
            assertEquals(2, own.settings().clipSkip());
            GeneratedImage first = model.sample("a house").clipSkip(1).seed(3).steps(2).image();
            assertFalse(Arrays.equals(rgb(own), rgb(first)));
        }
    }

    private static TextStates statesOfBase(NDManager manager, List<String> captions) {
        return Encoding.captions(manager, base, captions, Cache.NONE, TrainingListener.NONE);
    }

    private static Teacher load(
            Expert expert, NDManager manager, List<String> captions, TextStates ofBase) {
        return expert.load(
                manager, base, Precision.FP32, captions, ofBase, Cache.NONE, TrainingListener.NONE);
    }

    @Test
    void loraTeacher_hasItsOwnTextStatesWhereTheFileChangesThem() {
        List<String> captions = List.of("a red house");
        try (NDManager manager = Compute.newManager();
                StableDiffusion folded = base.with(Lora.of(KOHYA))) {
            TextStates ofBase = statesOfBase(manager, captions);
            Expert both = Expert.lora("both", KOHYA, 1);
            Teacher teacher = load(both, manager, captions, ofBase);
            assertArrayEquals(
                    folded.encode(manager, captions, 1).toFloatArray(),
                    teacher.textStates().of(manager, captions).toFloatArray());
            Expert unetOnly = Expert.lora("unet", Reference.path("lora/loha.safetensors"), 1);
            assertSame(ofBase, load(unetOnly, manager, captions, ofBase).textStates());
        }
    }

    @Test
    void checkpointWithTheBasesTextEncoder_sharesItsTextStates() {
        List<String> captions = List.of("a red house");
        try (NDManager manager = Compute.newManager()) {
            TextStates ofBase = statesOfBase(manager, captions);
            Expert copy = Expert.checkpoint("copy", Reference.path("pipeline"));
            Teacher teacher = load(copy, manager, captions, ofBase);
            assertSame(ofBase, teacher.textStates());
            Path half = temporary.resolve("half");
            base.save(half, DType.F16, Map.of());
            Expert rounded = Expert.checkpoint("half", half);
            assertSame(ofBase, load(rounded, manager, captions, ofBase).textStates());
        }
    }

    @Test
    void teacherWithClipSkip_readsThatLayer() {
        List<String> captions = List.of("a red house");
        Expert expert = Expert.lora("unet", Reference.path("lora/loha.safetensors"), 1);
        try (NDManager manager = Compute.newManager()) {
            TextStates ofBase = statesOfBase(manager, captions);
            TextStates states =
                    load(expert.withClipSkip(2), manager, captions, ofBase).textStates();
            assertArrayEquals(
                    base.encode(manager, captions, 2).toFloatArray(),
                    states.of(manager, captions).toFloatArray());
        }
        assertEquals(
                "expert 'unet': clip skip, expected at least 1 but was 0",
                assertThrows(IllegalArgumentException.class, () -> expert.withClipSkip(0))
                        .getMessage());
    }

    @Test
    void file_isToldFromItsHeader() {
        assertEquals(Expert.lora("ink", KOHYA, 1), Expert.of("ink", KOHYA));
        Path folder = Reference.path("pipeline");
        assertEquals(Expert.checkpoint("ink", folder), Expert.of("ink", folder));
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
        return rgb(model.sample("a red house").steps(2).seed(7).image());
    }

    private static int[] rgb(GeneratedImage generated) {
        BufferedImage image = generated.image();
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

    @Test
    void singleFile_isAnExpertWithItsOwnTextEncoder() {
        Path folder = SmallModels.experts(temporary).get(1).path();
        Path file = temporary.resolve("second.safetensors");
        try (StableDiffusion second = StableDiffusion.load(folder);
                StableDiffusion base = SmallModels.base()) {
            second.save(file, DType.F32, Map.of());
            try (StableDiffusion expert = Expert.checkpoint("second", file).pipeline(base)) {
                assertArrayEquals(
                        parameters(second.textEncoder().parameters()),
                        parameters(expert.textEncoder().parameters()));
                assertArrayEquals(
                        parameters(second.unet().parameters()),
                        parameters(expert.unet().parameters()));
                assertSame(base.vae(), expert.vae());
            }
        }
    }

    @Test
    void fileOfAUNetAlone_isAnExpertWithTheTextEncoderOfTheBase() {
        Path folder = SmallModels.experts(temporary).get(0).path();
        Path file = folder.resolve("unet/diffusion_pytorch_model.safetensors");
        try (StableDiffusion base = SmallModels.base();
                StableDiffusion expert = Expert.checkpoint("first", file).pipeline(base)) {
            assertSame(base.textEncoder(), expert.textEncoder());
            assertFalse(
                    Arrays.equals(
                            parameters(base.unet().parameters()),
                            parameters(expert.unet().parameters())));
        }
    }

    @Test
    void fileWithoutAUNet_isNoExpert() {
        Path folder = SmallModels.experts(temporary).get(1).path();
        Path file = folder.resolve("vae/diffusion_pytorch_model.safetensors");
        try (StableDiffusion base = SmallModels.base()) {
            assertEquals(
                    file + ": has no unet, expected one beside its vae",
                    assertThrows(
                                    ModelFileException.class,
                                    () -> Expert.checkpoint("vae", file).check(base))
                            .getMessage());
        }
    }

    @Test
    void misfitOfAFile_isFoundBeforeItIsLoaded() {
        Path file = Reference.path("unet/diffusion_pytorch_model.safetensors");
        try (StableDiffusion base = SmallModels.base()) {
            String message =
                    assertThrows(
                                    ModelFileException.class,
                                    () -> Expert.checkpoint("other", file).check(base))
                            .getMessage();
            assertTrue(
                    message.startsWith(file + ": expected the 208 tensors of the model but was"),
                    message);
            assertEquals(1, message.lines().count());
        }
    }

    @Test
    void textEncoderThatCannotBeUsed_isFoundBeforeItIsLoaded() throws IOException {
        Expert second = SmallModels.experts(temporary).get(1);
        Path file = second.path().resolve("text_encoder/model.safetensors");
        byte[] whole = Files.readAllBytes(file);
        try (StableDiffusion base = SmallModels.base()) {
            second.withClipSkip(2).check(base);
            assertEquals(
                    second.path()
                            + ": expert 'second', clip skip, expected at most the 2 layers of its"
                            + " text encoder but was 3",
                    refusal(second.withClipSkip(3), base));
            Files.write(file, Arrays.copyOf(whole, whole.length - 1));
            assertTrue(refusal(second, base).startsWith(file.toString()));
            Files.delete(file);
            assertTrue(refusal(second, base).startsWith(file.getParent() + ": has no weights"));
        }
    }

    @Test
    void textEncoderOfAnotherWidth_isFoundBeforeItIsLoaded() throws IOException {
        Expert second = SmallModels.experts(temporary).get(1);
        Path ours = second.path().resolve("text_encoder");
        Path theirs = Reference.path("clip");
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(
                    theirs.resolve(name), ours.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        try (StableDiffusion base = SmallModels.base()) {
            assertEquals(
                    second.path()
                            + ": text encoder, expected text states of width 16, as the UNet takes"
                            + " them, but was 32",
                    refusal(second, base));
        }
    }

    @Test
    void checkpointThatPredictsSomethingElse_isNotSampledFrom() throws IOException {
        Expert second = SmallModels.experts(temporary).get(1);
        Path config = second.path().resolve("scheduler/scheduler_config.json");
        String json = Files.readString(config);
        try (StableDiffusion base = SmallModels.base()) {
            Files.writeString(config, json.replace("epsilon", "v_prediction"));
            assertTrue(
                    assertThrows(ModelFileException.class, () -> second.pipeline(base))
                            .getMessage()
                            .startsWith(config + ": prediction_type, expected epsilon"));
            Files.writeString(config, json.replace("{", "{\"rescale_betas_zero_snr\": true, "));
            assertTrue(
                    refusal(second, base)
                            .startsWith(config + ": 'rescale_betas_zero_snr', expected false"));
        }
    }

    @Test
    void hashIsThatOfTheNetworksItGives() throws IOException {
        Expert second = SmallModels.experts(temporary).get(1);
        String before = second.source().sha256();
        Files.writeString(
                second.path().resolve("vae/diffusion_pytorch_model.safetensors"),
                "version https://git-lfs.github.com/spec/v1\n");
        Files.writeString(second.path().resolve("pruned.safetensors"), "not asked for");
        assertEquals(before, second.source().sha256());
        Path text = second.path().resolve("text_encoder/model.safetensors");
        byte[] bytes = Files.readAllBytes(text);
        bytes[bytes.length - 1] ^= 1;
        Files.write(text, bytes);
        assertFalse(before.equals(second.source().sha256()));
    }

    private static String refusal(Expert expert, StableDiffusion base) {
        return assertThrows(ModelFileException.class, () -> expert.check(base)).getMessage();
    }

    private static float[] parameters(Map<String, NDArray> parameters) {
        FloatBuffer all = FloatBuffer.allocate(1 << 18);
        parameters.values().forEach(parameter -> all.put(parameter.toFloatArray()));
        return Arrays.copyOf(all.array(), all.position());
    }
}
