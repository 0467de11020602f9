package io.dmm.model.unet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import io.dmm.Reference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the UNet against diffusers' UNet2DConditionModel. */
class UNetTest {
    private static final float[] TIMESTEPS = {37, 814};

    private static Reference reference;
    private static UNet unet;

    @BeforeAll
    static void load() {
        reference = Reference.open("unet");
        unet = new UNet(UNetConfig.read(reference.config()), reference.weights());
    }

    @AfterAll
    static void close() {
        reference.close();
    }

    @Test
    void noisePrediction_equalsDiffusers() {
        reference.assertClose("noise_pred", predict(null), 1e-4);
    }

    @Test
    void features_equalTheOutputsOfDiffusersBlocks() {
        List<NDArray> features = new ArrayList<>();
        predict(features);
        assertEquals(9, features.size());
        for (int i = 0; i < features.size(); i++) {
            reference.assertClose("feature." + i, features.get(i), 1e-4);
        }
    }

    private static NDArray predict(List<NDArray> features) {
        return unet.forward(
                reference.value("sample"),
                TIMESTEPS,
                reference.value("encoder_hidden_states"),
                null,
                features);
    }
}
