package io.dmm.model.unet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.dmm.FiniteDifferences;
import io.dmm.Reference;
import io.dmm.tensor.Precision;
import io.dmm.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds style prompts against the authors' UNet. */
class UNetStyleTest {
    private static final float[] TIMESTEPS = {37, 814};
    private static final float[] MIX_PER_SAMPLE = {0.2f, 0.3f, 0.5f, 0.6f, 0.4f, 0};

    private static Reference reference;
    private static UNet unet;

    @BeforeAll
    static void load() {
        reference = Reference.open("unet_dmm");
        unet = new UNet(UNetConfig.read(reference.config()), reference.weights());
    }

    @AfterAll
    static void close() {
        reference.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void oneStyle_equalsTheAuthorsUnet(int style) {
        reference.assertClose("noise_pred.style" + style, predict(oneHot(style, style)), 1e-4);
    }

    @Test
    void stylesPerSample_equalTheAuthorsUnet() {
        List<NDArray> features = new ArrayList<>();
        NDArray noisePred = predict(unet, oneHot(2, 0), features);
        reference.assertClose("noise_pred.styles_2_0", noisePred, 1e-4);
        assertEquals(9, features.size());
        for (int i = 0; i < features.size(); i++) {
            reference.assertClose("feature." + i, features.get(i), 1e-4);
        }
    }

    @Test
    void mix_equalsTheWeightedRowOfTheCodebook() {
        NDArray mix = reference.value("mix").reshape(1, 3).repeat(0, 2);
        reference.assertClose("noise_pred.mix", predict(mix), 1e-4);
        NDArray forAll = reference.value("mix").reshape(1, 3);
        reference.assertClose("noise_pred.mix", predict(forAll), 1e-4);
    }

    @Test
    void styleOff_equalsTheAuthorsUnet() {
        reference.assertClose("noise_pred.style_off", predict(null), 1e-4);
    }

    @Test
    void foldedMix_predictsTheSameWithoutStyles() {
        float[] weights = reference.value("mix").toFloatArray();
        try (NDManager owner = reference.manager().newSubManager()) {
            UNet folded = unet.folded(weights, owner);
            reference.assertClose("noise_pred.mix", predict(folded, null, null), 1e-4);
            assertEquals(0, folded.config().styles());
            assertTrue(folded.shapes().keySet().stream().noneMatch(n -> n.contains("model_emb")));
            assertEquals(1, owner.getManagedArrays().size());
        }
        reference.assertClose("noise_pred.style_off", predict(null), 1e-4);
    }

    @Test
    void zeroLastStyleLayer_changesNothing() {
        UNet zeroed = unet.copy(reference.manager());
        zeroed.parameters().get("add_embedding.linear_2.weight").muli(0);
        zeroed.parameters().get("add_embedding.linear_2.bias").muli(0);
        assertArrayEquals(
                predict(zeroed, null, null).toFloatArray(),
                predict(zeroed, oneHot(2, 0), null).toFloatArray());
    }

    @Test
    void gradientsOfTheCodebook_equalFiniteDifferences() {
        UNet trained = unet.copy(reference.manager());
        Map<String, NDArray> parameters = trained.parameters();
        NDArray sample = reference.value("sample");
        NDArray context = reference.value("encoder_hidden_states");
        NDArray mix = reference.manager().create(MIX_PER_SAMPLE, new Shape(2, 3));
        new FiniteDifferences(() -> trained.forward(sample, TIMESTEPS, context, mix))
                .assertGradients(
                        List.of(
                                mix,
                                parameters.get("model_embedding.weight"),
                                parameters.get("add_embedding.linear_1.weight"),
                                parameters.get("add_embedding.linear_2.bias")),
                        3);
    }

    @Test
    void forward_leavesNothingButItsResult() {
        try (NDManager manager = reference.manager().newSubManager()) {
            NDArray sample = reference.value("sample");
            NDArray context = reference.value("encoder_hidden_states");
            NDArray mix = manager.create(MIX_PER_SAMPLE, new Shape(2, 3));
            sample.attach(manager);
            context.attach(manager);
            unet.forward(sample, TIMESTEPS, context, mix);
            assertEquals(4, manager.getManagedArrays().size());
        }
    }

    @Test
    void bf16_isCloseToFp32() {
        Weights weights = reference.weights(Precision.BF16);
        UNet bf16 = new UNet(UNetConfig.read(reference.config()), weights);
        NDArray expected = reference.value("noise_pred.styles_2_0");
        NDArray difference = predict(bf16, oneHot(2, 0), null).sub(expected);
        // 3.3 %: norms over groups of two channels pass on more of the rounding than wider ones
        assertTrue(difference.norm().getFloat() < 0.05 * expected.norm().getFloat());
    }

    private static NDArray oneHot(int... styles) {
        NDArray mix = reference.manager().zeros(new Shape(styles.length, 3));
        for (int row = 0; row < styles.length; row++) {
            mix.setScalar(new NDIndex(row, styles[row]), 1f);
        }
        return mix;
    }

    private static NDArray predict(NDArray style) {
        return predict(unet, style, null);
    }

    private static NDArray predict(UNet model, NDArray style, List<NDArray> features) {
        return model.forward(
                reference.value("sample"),
                TIMESTEPS,
                reference.value("encoder_hidden_states"),
                style,
                features);
    }
}
