package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmm.SmallModels;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.pipeline.StableDiffusion;
import org.junit.jupiter.api.Test;

class BatchesTest {
    @Test
    void size_isBoundedByPixels() {
        try (StableDiffusion model = SmallModels.base()) {
            AutoencoderKl vae = model.vae(); // latents have half the width and height
            assertEquals(64, Batches.size(vae, 8, 8));
            assertEquals(64, Batches.size(vae, 32, 32));
            assertEquals(32, Batches.size(vae, 32, 64));
            assertEquals(1, Batches.size(vae, 256, 256));
            assertEquals(1, Batches.size(vae, 1024, 1024));
        }
    }
}
