package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.LogLines;
import io.dmm.Reference;
import io.dmm.SmallModels;
import io.dmm.model.unet.UNetConfig;
import io.dmm.sampler.PredictionType;
import io.dmm.sampler.Sampler;
import io.dmm.tensor.Compute;
import io.dmm.weights.DType;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.ModelFiles;
import io.dmm.weights.SafeTensorsWriter;
import io.dmm.weights.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SingleFileTest {
    private static final String PROJ_IN = "model.diffusion_model.input_blocks.1.1.proj_in.weight";

    private final NDManager manager = Compute.newManager();
    @TempDir private Path temporary;

    @AfterEach
    void close() {
        manager.close();
    }

    /** The file has fp16, bf16 and fp32 weights, buffers, averages and position ids. */
    @Test
    void fileOfOriginalLayout_drawsThePictureOfDiffusers() {
        Path file = Reference.path("single_file/model.safetensors");
        try (Reference reference = Reference.open("single_file");
                StableDiffusion model = StableDiffusion.load(file, Reference.path("pipeline"))) {
            List<NDArray> steps = new ArrayList<>();
            model.sample("a red house on the left, by the sea")
                    .negativePrompt("blurred, two boats")
                    .size(24, 16)
                    .sampler(Sampler.DDIM)
                    .steps(5)
                    .guidance(7)
                    .seed(7)
                    .listen((step, total, latents) -> steps.add(kept(latents)))
                    .image();
            // as in PipelineReferenceTest
            reference.assertClose("ddim.latents", steps.get(4), 1e-4);
            reference.assertClose("ddim.image", model.vae().decode(steps.get(4)), 1e-4);
        }
    }

    @Test
    void averagesThatAreLeftOut_areTold() {
        Path file = Reference.path("single_file/model.safetensors");
        try (LogLines told = new LogLines("io.dmm.weights.SingleFile");
                StableDiffusion model = StableDiffusion.load(file, Reference.path("pipeline"))) {
            assertEquals(
                    List.of(
                            "INFO: "
                                    + file
                                    + ": takes the weights as trained and leaves out their 1"
                                    + " averages (EMA), first"
                                    + " [model_ema.diffusion_modeltime_embed0bias]"),
                    told.lines());
        }
    }

    private NDArray kept(NDArray latents) {
        NDArray copy = latents.duplicate();
        copy.attach(manager);
        return copy;
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16"})
    void savedFile_becomesTheSameFolderAgain(DType floatType) throws IOException {
        Path file = temporary.resolve("new/model.safetensors");
        Path first = temporary.resolve("first");
        Path second = temporary.resolve("second");
        try (StableDiffusion model = SmallModels.base()) {
            model.save(first, floatType, Map.of());
            model.save(file, floatType, Map.of());
        }
        try (StableDiffusion model = StableDiffusion.load(file, first)) {
            model.save(second, floatType, Map.of());
        }
        for (String name :
                List.of(
                        "unet/diffusion_pytorch_model.safetensors",
                        "vae/diffusion_pytorch_model.safetensors",
                        "text_encoder/model.safetensors",
                        "unet/config.json")) {
            assertArrayEquals(
                    Files.readAllBytes(first.resolve(name)),
                    Files.readAllBytes(second.resolve(name)),
                    name);
        }
    }

    @Test
    void savedFile_hasTheNamesAndShapesOfTheOriginalCode() {
        try (TensorFile original =
                        TensorFile.open(Reference.path("single_file/model.safetensors"));
                StableDiffusion model = StableDiffusion.load(Reference.path("pipeline"))) {
            Path path = temporary.resolve("model.safetensors");
            model.save(path, DType.F32, Map.of("modelspec.title", "My model"));
            try (TensorFile saved = TensorFile.open(path)) {
                Map<String, Shape> expected = shapes(original);
                expected.keySet()
                        .removeIf(
                                name ->
                                        name.startsWith("model_ema.")
                                                || name.equals("alphas_cumprod")
                                                || name.endsWith("position_ids"));
                assertEquals(expected, shapes(saved));
                assertEquals("My model", saved.metadata().get("modelspec.title"));
            }
        }
    }

    private static Map<String, Shape> shapes(TensorFile file) {
        Map<String, Shape> shapes = new TreeMap<>();
        file.tensors().forEach((name, info) -> shapes.put(name, info.shape()));
        return shapes;
    }

    @Test
    void savedModels_sayWhatTheyAre() throws IOException {
        Path folder = temporary.resolve("folder");
        try (StableDiffusion model = SmallModels.styled("ink", "pixel art")) {
            model.save(folder, DType.F32, Map.of("modelspec.title", "Mine", "dmm.steps", "3"));
        }
        Path file = folder.resolve("unet/diffusion_pytorch_model.safetensors");
        try (TensorFile unet = TensorFile.open(file)) {
            Map<String, String> metadata = new TreeMap<>(unet.metadata());
            assertTrue(metadata.remove("modelspec.hash_sha256").matches("0x[0-9a-f]{64}"));
            assertEquals(
                    Map.of(
                            "format", "pt",
                            "dmm.steps", "3",
                            "dmm.styles", "ink\npixel art",
                            "modelspec.sai_model_spec", "1.0.1",
                            "modelspec.architecture", "stable-diffusion-v1",
                            "modelspec.implementation", "diffusers",
                            "modelspec.title", "Mine",
                            "modelspec.merged_from", "ink, pixel art",
                            "modelspec.resolution", "16x16",
                            "modelspec.prediction_type", "epsilon"),
                    metadata);
        }
    }

    @Test
    void fileThatPredictsTheVelocity_needsAScheduleThatDoes() {
        Path file = temporary.resolve("v.safetensors");
        try (StableDiffusion model = StableDiffusion.load(Reference.path("pipeline"))) {
            model.save(file, DType.F32, Map.of("modelspec.prediction_type", "v"));
        }
        assertFails(
                ModelFileException.class,
                file
                        + ": modelspec.prediction_type, expected epsilon as in the scheduler's"
                        + " config but was v; name a folder with a scheduler_config.json made for"
                        + " this model",
                () -> StableDiffusion.load(file, Reference.path("pipeline")));
    }

    /**
     * ComfyUI's nodes_model_merging.py, or A1111's config beside the file: an empty tensor, or a
     * key that ModelSpec does not have.
     */
    @Test
    void fileThatComfyUiMarksAsVelocity_needsAScheduleThatDoes() throws IOException {
        Path velocity = temporary.resolve("velocity");
        try (StableDiffusion model = StableDiffusion.load(Reference.path("pipeline"))) {
            model.save(velocity, DType.F32, Map.of("modelspec.prediction_type", "v"));
        }
        Path scheduler = velocity.resolve("scheduler/scheduler_config.json");
        String config = Files.readString(scheduler);
        Files.writeString(scheduler, config.replace("\"epsilon\"", "\"v_prediction\""));
        Path marked = rewritten(all -> all.put("v_pred", manager.ones(new Shape(1))));
        Path stated = rewritten(Map.of("modelspec.predict_key", "v"), all -> {});
        Path unet = rewritten(SingleFileTest::keepTheUNetAlone);
        Path beside = rewritten(all -> {});
        Files.writeString(
                Path.of(beside.toString().replace(".safetensors", ".yaml")),
                "model:\n  params:\n    parameterization: \"v\"\n");
        for (Path file : List.of(marked, stated, unet, beside)) {
            assertFails(
                    ModelFileException.class,
                    file
                            + ": modelspec.prediction_type, expected epsilon as in the scheduler's"
                            + " config but was v;",
                    () -> StableDiffusion.load(file, Reference.path("pipeline")));
            try (StableDiffusion model = StableDiffusion.load(file, velocity)) {
                assertEquals(
                        PredictionType.V_PREDICTION, model.schedule().config().predictionType());
            }
        }
        Path epsilon = rewritten(Map.of("modelspec.predict_key", "epsilon"), all -> {});
        StableDiffusion.load(epsilon, Reference.path("pipeline")).close();
    }

    private static void keepTheUNetAlone(Map<String, NDArray> tensors) {
        String prefix = "model.diffusion_model.";
        for (String key : List.copyOf(tensors.keySet())) {
            NDArray tensor = tensors.remove(key);
            if (key.startsWith(prefix)) {
                tensors.put(key.substring(prefix.length()), tensor);
                tensors.put("v_pred", tensor);
            }
        }
    }

    @Test
    void fileOfAZeroTerminalSnr_isRefused() {
        Path file = rewritten(all -> all.put("ztsnr", manager.ones(new Shape(1))));
        assertFails(
                ModelFileException.class,
                file
                        + ": has the marker ztsnr, expected a model without: noise schedules that"
                        + " end at an SNR of zero are not supported",
                () -> StableDiffusion.load(file, Reference.path("pipeline")));
    }

    @Test
    void existingFile_isLeftAsItWas() throws IOException {
        Path file = Files.writeString(temporary.resolve("m.safetensors"), "dear diary");
        try (StableDiffusion model = SmallModels.base()) {
            assertFails(
                    IllegalArgumentException.class,
                    file + ": exists already, expected a new name; choose another or remove it",
                    () -> model.save(file, DType.F32, Map.of()));
        }
        assertEquals("dear diary", Files.readString(file));
    }

    @Test
    void stylesHaveNoNamesInASingleFile() {
        Path file = temporary.resolve("m.safetensors");
        try (StableDiffusion model = SmallModels.styled("ink", "pixel")) {
            assertFails(
                    IllegalArgumentException.class,
                    file
                            + ": expected a model without styles but was one with [ink, pixel];"
                            + " single files have no names for style prompts, so save a folder",
                    () -> model.save(file, DType.F32, Map.of()));
        }
        assertTrue(Files.notExists(file));
    }

    @Test
    void partsThatAreMissing_areNamedAtOnce() {
        Path file = Reference.path("single_file/model.safetensors");
        assertFails(
                ModelFileException.class,
                file
                        + ": lacks tokenizer, expected all parts of a model; name a diffusers"
                        + " folder that has the rest, as in StableDiffusion.load(path, folder) or a"
                        + " script's --donor=folder",
                () -> StableDiffusion.load(file));
        Path pruned = rewritten(tensors -> tensors.keySet().removeIf(n -> !n.startsWith("model.")));
        assertFails(
                ModelFileException.class,
                pruned + ": lacks vae, text_encoder, tokenizer, expected all parts",
                () -> StableDiffusion.load(pruned));
    }

    @Test
    void prunedFile_takesTheRestFromItsDonors() {
        Path pipeline = Reference.path("pipeline");
        Path unet = rewritten(all -> all.keySet().removeIf(n -> !n.startsWith("model.")));
        Path vae = rewritten(SingleFileTest::keepTheVaeAlone);
        try (StableDiffusion whole = StableDiffusion.load(pipeline);
                StableDiffusion joined = StableDiffusion.load(unet, vae, pipeline)) {
            assertTensors(whole.unet().parameters(), joined.unet().parameters());
            NDArray added = whole.vae().parameters().get("encoder.conv_out.bias").add(1);
            added.attach(manager);
            assertArrayEquals(
                    added.toFloatArray(),
                    joined.vae().parameters().get("encoder.conv_out.bias").toFloatArray());
            assertTensors(whole.textEncoder().parameters(), joined.textEncoder().parameters());
        }
    }

    @Test
    void folderOfAnAutoencoder_isADonor() {
        Path pipeline = Reference.path("pipeline");
        Path unet = rewritten(all -> all.keySet().removeIf(n -> !n.startsWith("model.")));
        Path other = temporary.resolve("other");
        try (StableDiffusion whole = StableDiffusion.load(pipeline)) {
            whole.vae().parameters().get("encoder.conv_out.bias").addi(1);
            whole.save(other, DType.F32, Map.of());
            Path vae = other.resolve("vae");
            try (StableDiffusion joined = StableDiffusion.load(unet, vae, pipeline);
                    StableDiffusion before = StableDiffusion.load(vae, pipeline)) {
                assertTensors(whole.vae().parameters(), joined.vae().parameters());
                assertTensors(whole.vae().parameters(), before.vae().parameters());
                assertEquals(whole.vae().config(), joined.vae().config());
            }
        }
    }

    @Test
    void donorWithoutParts_isRefused() throws IOException {
        Path empty = Files.createDirectory(temporary.resolve("empty"));
        assertFails(
                ModelFileException.class,
                empty
                        + ": expected a folder with some of unet, vae, text_encoder, tokenizer,"
                        + " scheduler, or one of them alone, but has none",
                () -> StableDiffusion.load(Reference.path("pipeline"), empty));
    }

    @Test
    void donorPassedOver_isNamed() {
        Path pipeline = Reference.path("pipeline");
        Path vae = pipeline.resolve("vae");
        try (LogLines log = new LogLines(ModelReader.class)) {
            ModelReader.files(vae, pipeline);
            assertEquals(List.of(), log.lines());
            ModelReader.files(pipeline, vae);
            assertEquals(
                    List.of(
                            "WARNING: "
                                    + vae
                                    + ": passed over, since what is named before it has its vae;"
                                    + " name it first to take them from it"),
                    log.lines());
        }
    }

    /** As autoencoders are handed out: without prefix, with the loss; here also another value. */
    private static void keepTheVaeAlone(Map<String, NDArray> tensors) {
        String prefix = "first_stage_model.";
        for (String key : List.copyOf(tensors.keySet())) {
            NDArray tensor = tensors.remove(key);
            if (key.startsWith(prefix)) {
                tensors.put(key.substring(prefix.length()), tensor);
            }
        }
        tensors.put("loss.logvar", tensors.get("quant_conv.bias"));
        tensors.computeIfPresent("encoder.conv_out.bias", (key, bias) -> bias.add(1));
    }

    @Test
    void spellingsOfOtherTools_areTheSameModel() {
        Path file = rewritten(SingleFileTest::spellOtherwise);
        try (StableDiffusion expected = StableDiffusion.load(Reference.path("pipeline"));
                StableDiffusion actual = StableDiffusion.load(file, Reference.path("pipeline"))) {
            assertTensors(expected.unet().parameters(), actual.unet().parameters());
            assertTensors(expected.vae().parameters(), actual.vae().parameters());
            assertTensors(expected.textEncoder().parameters(), actual.textEncoder().parameters());
        }
    }

    /** Linear projections, linear attention of the autoencoder, a text encoder one level up. */
    private static void spellOtherwise(Map<String, NDArray> tensors) {
        for (String key : List.copyOf(tensors.keySet())) {
            NDArray tensor = tensors.get(key);
            Shape shape = tensor.getShape();
            if (key.endsWith("proj_in.weight") || key.contains("attn_1.q.weight")) {
                tensors.put(key, tensor.reshape(shape.slice(0, 2)));
            }
            if (key.contains(".text_model.")) {
                tensors.put(key.replace(".text_model.", "."), tensors.remove(key));
            }
        }
    }

    @Test
    void oldNamesOfDiffusersAutoencoder_areRead() throws IOException {
        try (StableDiffusion model = SmallModels.base()) {
            Path folder = SmallModels.write(temporary.resolve("model"), model);
            Map<String, NDArray> old = new TreeMap<>();
            model.vae()
                    .parameters()
                    .forEach(
                            (name, tensor) ->
                                    old.put(
                                            name.replace(".to_q.", ".query.")
                                                    .replace(".to_k.", ".key.")
                                                    .replace(".to_v.", ".value.")
                                                    .replace(".to_out.0.", ".proj_attn."),
                                            tensor));
            SafeTensorsWriter.write(
                    folder.resolve("vae/diffusion_pytorch_model.safetensors"),
                    old,
                    DType.F32,
                    Map.of());
            try (StableDiffusion loaded = StableDiffusion.load(folder)) {
                assertTensors(model.vae().parameters(), loaded.vae().parameters());
            }
        }
    }

    @Test
    void tensorsThatDoNotFit_areListedByKindOfFault() {
        Path file =
                rewritten(
                        tensors -> {
                            tensors.remove("model.diffusion_model.out.2.bias");
                            tensors.put("model.diffusion_model.extra", tensors.get(PROJ_IN));
                            tensors.computeIfPresent(PROJ_IN, (key, t) -> t.get(":4"));
                        });
        assertFails(
                ModelFileException.class,
                file
                        + ": expected the 208 tensors of the model but was 1 missing (conv_out.bias"
                        + " (4)); 1 unexpected (extra); 1 of another shape"
                        + " (down_blocks.0.attentions.0.proj_in.weight, expected (8, 8, 1, 1) but"
                        + " was (4, 8, 1, 1));",
                () -> StableDiffusion.load(file, Reference.path("pipeline")));
    }

    @Test
    void tensorsOfNoPart_areListed() {
        Path file = rewritten(all -> all.put("surprise.weight", all.get(PROJ_IN)));
        assertFails(
                ModelFileException.class,
                file
                        + ": expected UNet, autoencoder and text encoder of SD 1.5 alone but was 1"
                        + " more tensors, first [surprise.weight]; it is a model of another kind",
                () -> StableDiffusion.load(file, Reference.path("pipeline")));
    }

    @Test
    void withoutAFolder_theConfigsAreThoseOfSd15() {
        Path file = Reference.path("single_file/model.safetensors");
        ModelFiles files = ModelFiles.firstOf(List.of(ModelFiles.open(file), ModelConfigs.sd15()));
        assertFails(
                ModelFileException.class,
                file + ": expected the 686 tensors of the model but was",
                () -> ModelReader.checkUNet(files, PredictionType.EPSILON));
        assertEquals(UNetConfig.sd15(), UNetConfig.read(files.config("unet")));
    }

    /** The tiny pipeline as a single file whose tensors were changed. */
    private Path rewritten(Consumer<Map<String, NDArray>> change) {
        return rewritten(Map.of(), change);
    }

    private Path rewritten(Map<String, String> metadata, Consumer<Map<String, NDArray>> change) {
        try (StableDiffusion model = StableDiffusion.load(Reference.path("pipeline"))) {
            Path whole = temporary.resolve("whole-" + System.nanoTime() + ".safetensors");
            Path target = temporary.resolve("changed-" + System.nanoTime() + ".safetensors");
            model.save(whole, DType.F32, Map.of());
            Map<String, NDArray> tensors = new TreeMap<>();
            try (TensorFile file = TensorFile.open(whole)) {
                file.tensors().keySet().forEach(key -> tensors.put(key, file.load(key, manager)));
            }
            change.accept(tensors);
            SafeTensorsWriter.write(target, tensors, DType.F32, metadata);
            return target;
        }
    }

    private static void assertTensors(Map<String, NDArray> expected, Map<String, NDArray> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach(
                (name, tensor) -> {
                    assertEquals(tensor.getShape(), actual.get(name).getShape(), name);
                    assertArrayEquals(tensor.toFloatArray(), actual.get(name).toFloatArray(), name);
                });
    }

    private static void assertFails(
            Class<? extends Exception> type, String message, Executable call) {
        Exception e = assertThrows(type, call);
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }
}
