package io.dmm.model.vae;

import io.dmm.Reference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the autoencoder against diffusers' AutoencoderKL. */
class AutoencoderKlTest {
    private static Reference reference;
    private static AutoencoderKl vae;

    @BeforeAll
    static void load() {
        reference = Reference.open("vae");
        vae = new AutoencoderKl(VaeConfig.read(reference.config()), reference.weights());
    }

    @AfterAll
    static void close() {
        reference.close();
    }

    @Test
    void moments_equalDiffusers() {
        AutoencoderKl.Moments moments = vae.moments(reference.value("image"));
        reference.assertClose("mean", moments.mean(), 1e-4);
        reference.assertClose("logvar", moments.logVariance(), 1e-4);
    }

    @Test
    void decodedLatents_equalDiffusers() {
        reference.assertClose("decoded", vae.decodeUnscaled(reference.value("latents")), 1e-4);
    }
}
