package io.dmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmm.pipeline.StableDiffusion;
import io.dmm.weights.ModelFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergedModelTest {
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
}
