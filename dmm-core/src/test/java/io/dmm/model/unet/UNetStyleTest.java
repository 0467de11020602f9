package io.dmm.model.unet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.dmm.Reference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds style prompts against the authors' UNet. */
class UNetStyleTest {
    private static final float[] TIMESTEPS = {37, 814};

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
        NDArray noisePred = predict(oneHot(2, 0), features);
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
    }

    @Test
    void styleOff_equalsTheAuthorsUnet() {
        reference.assertClose("noise_pred.style_off", predict(null), 1e-4);
    }

    private static NDArray oneHot(int... styles) {
        NDArray mix = reference.manager().zeros(new Shape(styles.length, 3));
        for (int row = 0; row < styles.length; row++) {
            mix.setScalar(new ai.djl.ndarray.index.NDIndex(row, styles[row]), 1f);
        }
        return mix;
    }

    private static NDArray predict(NDArray style) {
        return predict(style, null);
    }

    private static NDArray predict(NDArray style, List<NDArray> features) {
        return unet.forward(
                reference.value("sample"),
                TIMESTEPS,
                reference.value("encoder_hidden_states"),
                style,
                features);
    }
}
