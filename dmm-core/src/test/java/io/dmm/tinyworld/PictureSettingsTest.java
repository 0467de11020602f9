package io.dmm.tinyworld;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dmm.pipeline.GeneratedImage;
import io.dmm.pipeline.GenerationSettings;
import io.dmm.pipeline.PngParameters;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.pipeline.TextToImage;
import io.dmm.sampler.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A picture of a trained model is drawn again from its file alone. */
class PictureSettingsTest {
    @TempDir private Path folder;

    @Test
    void everySampler_drawsAPictureOfABatchAsAlone() {
        try (StableDiffusion model = TinyWorld.open().base()) {
            for (Sampler sampler : Sampler.values()) {
                TextToImage request = model.sample("a red house").steps(4).sampler(sampler);
                List<GeneratedImage> batch = request.images(3);
                assertArrayEquals(
                        PngParameters.encode(batch.get(2).image(), ""),
                        PngParameters.encode(request.seed(2).image().image(), ""),
                        sampler.label());
            }
        }
    }

    @Test
    void pictureOfALargeBatch_isTheOneMadeAlone() {
        try (StableDiffusion model = TinyWorld.open().base()) {
            for (double guidance : new double[] {1, 7}) {
                TextToImage request = model.sample("a red house").steps(2).guidance(guidance);
                List<GeneratedImage> batch = request.images(9);
                for (int seed : new int[] {0, 6, 8}) {
                    assertArrayEquals(
                            PngParameters.encode(batch.get(seed).image(), ""),
                            PngParameters.encode(request.seed(seed).image().image(), ""),
                            "seed " + seed + ", guidance " + guidance);
                }
                request.seed(0);
            }
        }
    }

    @Test
    void pictureFile_isDrawnAgainByteForByte() throws IOException {
        try (StableDiffusion model = TinyWorld.open().base()) {
            List<GeneratedImage> images =
                    model.sample("a (red:1.3) house on the left, by the sea", "a boat\nBREAK tree")
                            .negativePrompt("", "[blue] car,\nSteps: 5")
                            .sampler(Sampler.DDIM)
                            .steps(4)
                            .guidance(5.5)
                            .seeds(3, 1L << 40)
                            .size(64, 48)
                            .images(2);
            for (GeneratedImage image : images) {
                Path file = folder.resolve("picture.png");
                Path again = folder.resolve("again.png");
                image.save(file);
                GenerationSettings settings = PngParameters.read(file);
                model.sample(settings).image().save(again);
                assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(again));
            }
            assertEquals(1L << 40, images.get(3).settings().seed());
            images.get(0).save(folder.resolve("first.png"));
            assertFalse(
                    Arrays.equals(
                            Files.readAllBytes(folder.resolve("first.png")),
                            Files.readAllBytes(folder.resolve("picture.png"))));
        }
    }
}
