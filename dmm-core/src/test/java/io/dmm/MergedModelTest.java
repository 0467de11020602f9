package io.dmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.model.clip.ClipTextConfig;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.pipeline.TextToImage;
import io.dmm.tensor.Precision;
import io.dmm.weights.DType;
import io.dmm.weights.ModelDraft;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.TensorFile;
import io.dmm.weights.Weights;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergedModelTest {
    private static final String MODEL_INDEX_OF_THE_AUTHORS =
            """
            {
              "_class_name": "StableDiffusionDMMPipeline",
              "_diffusers_version": "0.24.0",
              "feature_extractor": ["transformers", "CLIPImageProcessor"],
              "requires_safety_checker": false,
              "safety_checker": [null, null],
              "scheduler": ["diffusers", "DDIMScheduler"],
              "text_encoder": ["transformers", "CLIPTextModel"],
              "tokenizer": ["transformers", "CLIPTokenizer"],
              "unet": ["modeling.dmm_unet", "DMMUNet2DConditionModel"],
              "vae": ["diffusers", "AutoencoderKL"]
            }
            """;

    @TempDir private Path folder;

    @Test
    void plainModel_isRefused() {
        try (StableDiffusion plain = SmallModels.base()) {
            SmallModels.write(folder, plain);
        }
        assertEquals(
                folder
                        + ": unet/config.json, expected addition_embed_type model_merge but was a"
                        + " plain model; load it with StableDiffusion.load",
                assertThrows(ModelFileException.class, () -> MergedModel.load(folder))
                        .getMessage());
    }

    @Test
    void savedModel_offersItsStyles() {
        try (StableDiffusion styled = SmallModels.styled("ink", "pixel art")) {
            SmallModels.write(folder, styled);
        }
        try (MergedModel merged = MergedModel.load(folder)) {
            assertEquals(List.of("ink", "pixel art"), merged.styles());
            assertEquals(
                    "style 'oil': expected one of ink, pixel art",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> merged.interpolate("ink", "oil"))
                            .getMessage());
        }
    }

    @Test
    void f16Folder_isHalfTheSizeAndKeepsWhatIsKnownOfTheTraining() throws IOException {
        Path saved = folder.resolve("saved");
        Path half = folder.resolve("half");
        try (StableDiffusion styled = SmallModels.styled("ink", "pixel")) {
            styled.save(saved, DType.F32, Map.of("dmm.steps", "640"));
        }
        try (MergedModel merged = MergedModel.load(saved)) {
            merged.save(half, DType.F16);
        }
        String unet = "unet/diffusion_pytorch_model.safetensors";
        try (TensorFile file = TensorFile.open(half.resolve(unet))) {
            assertEquals("640", file.metadata().get("dmm.steps"));
            assertTrue(file.tensors().values().stream().allMatch(t -> t.dtype() == DType.F16));
        }
        try (MergedModel merged = MergedModel.load(half)) {
            assertEquals(List.of("ink", "pixel"), merged.styles());
        }
    }

    @Test
    void foldedStyle_isAnOrdinaryModelThatDrawsTheSame() throws IOException {
        Path single = folder.resolve("ink.safetensors");
        try (StableDiffusion styled = SmallModels.styled("ink", "pixel")) {
            SmallModels.write(folder.resolve("merged"), styled);
        }
        try (MergedModel merged = MergedModel.load(folder.resolve("merged"));
                StableDiffusion folded = merged.fold("ink")) {
            assertEquals(List.of(), folded.styles());
            assertEquals("merged (ink:1.0)", folded.name().orElseThrow());
            folded.save(single);
            try (StableDiffusion read = StableDiffusion.load(single, folder.resolve("merged"))) {
                int[] styled = pixels(merged.sample("a house").style("ink"));
                assertTrue(largest(styled, pixels(read.sample("a house"))) <= 1);
                assertTrue(largest(styled, pixels(merged.sample("a house").style("pixel"))) > 1);
            }
            assertEquals(
                    "style 'oil': expected one of ink, pixel",
                    assertThrows(IllegalArgumentException.class, () -> merged.fold("oil"))
                            .getMessage());
        }
    }

    private static int[] pixels(TextToImage request) {
        BufferedImage image = request.seed(3).steps(2).image().image();
        return image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
    }

    private static int largest(int[] one, int[] other) {
        return IntStream.range(0, one.length)
                .map(i -> Math.abs(one[i] - other[i]))
                .max()
                .orElseThrow();
    }

    @Test
    void bf16_drawsAndComparesStyles_andIsNotTrained() {
        try (StableDiffusion styled = SmallModels.styled("ink", "pixel")) {
            SmallModels.write(folder, styled);
        }
        try (MergedModel exact = MergedModel.load(folder);
                MergedModel fast = MergedModel.load(folder, Precision.BF16);
                StableDiffusion base = SmallModels.base()) {
            double cosine = exact.styleSimilarity().value(0, 1);
            assertEquals(cosine, fast.styleSimilarity().value(0, 1), 0.01);
            assertEquals(List.of("ink", "pixel"), fast.styles());
            fast.sample("a house").style("ink").steps(1).image();
            assertEquals(
                    "style ink:1.0: UNet to fold into, expected FP32 but was BF16; load the model"
                            + " again without Precision.BF16",
                    assertThrows(IllegalStateException.class, () -> fast.fold("ink")).getMessage());
            Distillation run =
                    fast.refine(base)
                            .experts(List.of(Expert.checkpoint("ink", folder)))
                            .prompts(List.of("a house", "two boats"))
                            .batch(4);
            assertEquals(
                    "distillation: merged model, expected FP32 but was BF16; load the model again"
                            + " without Precision.BF16",
                    assertThrows(IllegalStateException.class, run::run).getMessage());
        }
    }

    @Test
    void savedFolder_namesTheClassesThatReadIt() throws IOException {
        try (StableDiffusion plain = SmallModels.base();
                StableDiffusion styled = SmallModels.styled("ink", "pixel")) {
            SmallModels.write(folder.resolve("plain"), plain);
            SmallModels.write(folder.resolve("styled"), styled);
        }
        assertClasses("plain", "StableDiffusionPipeline", "diffusers", "UNet2DConditionModel");
        assertClasses(
                "styled",
                "StableDiffusionDMMPipeline",
                "modeling.dmm_unet",
                "DMMUNet2DConditionModel");
    }

    private void assertClasses(String model, String pipeline, String library, String unet)
            throws IOException {
        ObjectMapper json = new ObjectMapper();
        Path saved = folder.resolve(model);
        JsonNode index = json.readTree(saved.resolve("model_index.json").toFile());
        assertEquals(pipeline, index.get("_class_name").asText());
        assertEquals(json.createArrayNode().add(library).add(unet), index.get("unet"));
        JsonNode config = json.readTree(saved.resolve("unet/config.json").toFile());
        assertEquals(unet, config.get("_class_name").asText());
    }

    /**
     * As MCG-NJU/DMM's pipeline saves itself: its own classes, its UNet (here the fixture's), no
     * names of styles.
     */
    @Test
    void folderOfTheAuthors_loadsUnchanged() throws IOException {
        try (StableDiffusion plain = SmallModels.base();
                ModelDraft draft = ModelDraft.create(folder)) {
            plain.writeTo(draft, DType.F32, Map.of());
            ClipTextConfig config =
                    new ClipTextConfig(800, 24, 32, 2, 2, 77, ClipTextConfig.Activation.QUICK_GELU);
            ClipTextModel wider = new ClipTextModel(config, Weights.initial(plain.manager(), 1));
            draft.write("text_encoder", config.toJson(), wider.parameters(), DType.F32, Map.of());
            for (String name : List.of("config.json", "diffusion_pytorch_model.safetensors")) {
                Path file = Reference.path("unet_dmm/" + name);
                draft.write("unet/" + name, Files.readAllBytes(file));
            }
            draft.write("model_index.json", MODEL_INDEX_OF_THE_AUTHORS.getBytes());
            draft.publish();
        }
        try (MergedModel merged = MergedModel.load(folder);
                Reference reference = Reference.open("unet_dmm")) {
            assertEquals(List.of("style0", "style1", "style2"), merged.styles());
            NDArray styles = reference.manager().create(new float[] {0, 1, 0, 0, 1, 0});
            NDArray noisePred =
                    merged.pipeline()
                            .unet()
                            .forward(
                                    reference.value("sample"),
                                    new float[] {37, 814},
                                    reference.value("encoder_hidden_states"),
                                    styles.reshape(2, 3));
            reference.assertClose("noise_pred.style1", noisePred, 1e-4);
            merged.sample("a house").style("style1").steps(1).image();
        }
    }
}
