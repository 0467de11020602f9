package io.dmm.model.unet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.FiniteDifferences;
import io.dmm.Reference;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Precision;
import io.dmm.weights.ConfigNode;
import io.dmm.weights.DType;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.SafeTensorsWriter;
import io.dmm.weights.TensorFile;
import io.dmm.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the UNet against diffusers' UNet2DConditionModel. */
class UNetTest {
    private static final float[] TIMESTEPS = {37, 814};

    private static Reference reference;
    private static UNet unet;

    @BeforeAll
    static void load() {
        reference = Reference.open("unet");
        unet = new UNet(config(), reference.weights());
    }

    @AfterAll
    static void close() {
        reference.close();
    }

    @Test
    void noisePrediction_equalsDiffusers() {
        reference.assertClose("noise_pred", predict(unet), 1e-4);
    }

    @Test
    void features_equalTheOutputsOfDiffusersBlocks() {
        List<NDArray> features = new ArrayList<>();
        unet.forward(sample(), TIMESTEPS, context(), null, features);
        assertEquals(9, features.size());
        for (int i = 0; i < features.size(); i++) {
            reference.assertClose("feature." + i, features.get(i), 1e-4);
        }
    }

    @Test
    void sidesThatCannotBeHalved_equalDiffusers() {
        NDArray odd = reference.value("odd.sample");
        reference.assertClose(
                "odd.noise_pred", unet.forward(odd, TIMESTEPS, context(), null), 1e-4);
    }

    /** diffusers in bfloat16 is 1.9 % away from its own fp32, too. */
    @Test
    void bf16_isCloseToFp32() {
        UNet bf16 = new UNet(config(), reference.weights(Precision.BF16));
        List<NDArray> features = new ArrayList<>();
        NDArray noisePred = bf16.forward(sample(), TIMESTEPS, context(), null, features);
        assertTrue(relativeError("noise_pred", noisePred) < 0.03);
        for (int i = 0; i < features.size(); i++) {
            assertTrue(relativeError("feature." + i, features.get(i)) < 0.03, "feature " + i);
        }
    }

    @Test
    void bf16_keepsItsWeightsToItself() {
        UNet bf16 = new UNet(config(), reference.weights(Precision.BF16));
        assertThrows(IllegalStateException.class, bf16::parameters);
    }

    private static double relativeError(String key, NDArray actual) {
        NDArray expected = reference.value(key);
        return expected.sub(actual).norm().getFloat() / expected.norm().getFloat();
    }

    @Test
    void gradients_equalFiniteDifferences() {
        UNet trained = unet.copy(reference.manager());
        List<NDArray> leaves =
                Stream.of(
                                "conv_in.weight",
                                "time_embedding.linear_1.weight",
                                "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.weight",
                                "down_blocks.1.resnets.0.norm1.weight",
                                "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj.bias",
                                "up_blocks.1.attentions.1.transformer_blocks.0.attn2.to_k.weight",
                                "up_blocks.2.upsamplers.0.conv.weight",
                                "conv_out.bias")
                        .map(trained.parameters()::get)
                        .toList();
        NDArray sample = sample();
        NDArray context = context();
        new FiniteDifferences(() -> trained.forward(sample, TIMESTEPS, context, null))
                .assertGradients(leaves, 2);
    }

    @Test
    void everyWeight_receivesAGradient() {
        UNet trained = unet.copy(reference.manager());
        trained.parameters().values().forEach(weight -> weight.setRequiresGradient(true));
        try (GradMode on = GradMode.on()) {
            GradMode.backward(predict(trained).square().sum());
        }
        trained.parameters()
                .forEach(
                        (name, weight) ->
                                assertTrue(weight.getGradient().norm().getFloat() > 0, name));
    }

    @Test
    void savedAndLoaded_predictsTheSame(@TempDir Path folder) {
        Weights weights = reference.weights();
        new UNet(config(), weights);
        Path file = folder.resolve("unet.safetensors");
        SafeTensorsWriter.write(file, weights.taken(), DType.F32, Map.of());
        try (TensorFile saved = TensorFile.open(file)) {
            UNet loaded =
                    new UNet(config(), Weights.load(saved, reference.manager(), Precision.FP32));
            assertArrayEquals(predict(unet).toFloatArray(), predict(loaded).toFloatArray());
        }
    }

    @Test
    void oneTimestepForAll_isThatOfEachSample() {
        NDArray latents = reference.value("sample");
        NDArray context = reference.value("encoder_hidden_states");
        NDArray each = unet.forward(latents, new float[] {37, 37}, context, null);
        NDArray all = unet.forward(latents, new float[] {37}, context, null);
        Reference.assertClose(each, all, 1e-5, "one timestep");
    }

    @Test
    void config_isTheSameAfterWritingAndReading() {
        UNetConfig config = config();
        assertEquals(List.of(8, 16, 32, 32), config.blockOutChannels());
        assertEquals(config, UNetConfig.read(new ConfigNode(config.toJson(), "config.json")));
        UNetConfig styled = UNetConfig.sd15().withStyles(5);
        assertEquals(styled, UNetConfig.read(new ConfigNode(styled.toJson(), "config.json")));
    }

    /** As diffusers' StableDiffusionPipeline does. */
    @ParameterizedTest
    @CsvSource({
        "0.6.0, 32, 64",
        "0.8.0.dev0, 63, 64",
        "0.8.0, 96, 96",
        "0.9.0.dev0, 32, 32",
        "0.10.2, 32, 32",
        "0.35.2, 8, 8",
        ", 32, 32"
    })
    void sampleSizeOfOldDiffusers_isAtLeast64(String version, int stated, int read) {
        ObjectNode json = UNetConfig.sd15().toJson().put("sample_size", stated);
        json.put("_diffusers_version", version);
        assertEquals(read, UNetConfig.read(new ConfigNode(json, "config.json")).sampleSize());
    }

    @Test
    void guidanceEmbeddingOfLcm_isRefused() {
        ObjectNode json = UNetConfig.sd15().toJson().put("time_cond_proj_dim", 256);
        assertEquals(
                "config.json: 'time_cond_proj_dim', expected null but was 256",
                assertThrows(
                                ModelFileException.class,
                                () -> UNetConfig.read(new ConfigNode(json, "config.json")))
                        .getMessage());
    }

    @ParameterizedTest
    @MethodSource("wrongInputs")
    void wrongShapes_areRefused(
            Shape latents, int timesteps, Shape context, Shape style, String message) {
        NDManager manager = reference.manager();
        IllegalArgumentException refusal =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                unet.forward(
                                        manager.zeros(latents),
                                        new float[timesteps],
                                        manager.zeros(context),
                                        style == null ? null : manager.zeros(style)));
        assertEquals(message, refusal.getMessage());
    }

    static Stream<Arguments> wrongInputs() {
        Shape latents = new Shape(2, 4, 16, 16);
        Shape context = new Shape(2, 9, 24);
        String expectLatents = "UNet: latents, expected (B, 4, H, W) but was ";
        return Stream.of(
                Arguments.of(
                        new Shape(2, 3, 16, 16),
                        2,
                        context,
                        null,
                        expectLatents + "(2, 3, 16, 16)"),
                Arguments.of(
                        new Shape(2, 4, 16, 0), 2, context, null, expectLatents + "(2, 4, 16, 0)"),
                Arguments.of(new Shape(4, 16, 16), 2, context, null, expectLatents + "(4, 16, 16)"),
                Arguments.of(new Shape(), 2, context, null, expectLatents + "()"),
                Arguments.of(
                        latents,
                        3,
                        context,
                        null,
                        "UNet: timesteps, expected 2 values or one but was 3"),
                Arguments.of(
                        latents,
                        2,
                        new Shape(1, 9, 24),
                        null,
                        "UNet: context, expected (2, S, 24) but was (1, 9, 24)"),
                Arguments.of(
                        latents,
                        2,
                        new Shape(2, 9, 768),
                        null,
                        "UNet: context, expected (2, S, 24) but was (2, 9, 768)"),
                Arguments.of(
                        latents,
                        2,
                        context,
                        new Shape(2, 3),
                        "UNet: style, expected (2, 0) but was (2, 3)"));
    }

    @Test
    void forward_leavesNothingButItsResults() {
        try (NDManager manager = reference.manager().newSubManager()) {
            NDArray sample = sample();
            NDArray context = context();
            sample.attach(manager);
            context.attach(manager);
            List<NDArray> features = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                unet.forward(sample, TIMESTEPS, context, null).close();
                assertEquals(2, manager.getManagedArrays().size());
            }
            unet.forward(sample, TIMESTEPS, context, null, features).close();
            features.forEach(NDArray::close);
            assertEquals(2, manager.getManagedArrays().size());
        }
    }

    private static UNetConfig config() {
        return UNetConfig.read(reference.config());
    }

    private static NDArray predict(UNet model) {
        return model.forward(sample(), TIMESTEPS, context(), null);
    }

    private static NDArray sample() {
        return reference.value("sample");
    }

    private static NDArray context() {
        return reference.value("encoder_hidden_states");
    }
}
