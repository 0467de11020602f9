package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.Reference;
import io.dmm.data.Pixels;
import io.dmm.sampler.Sampler;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds all the way from prompt to picture against diffusers' StableDiffusionPipeline. */
class PipelineReferenceTest {
    /** Five steps of guided random networks pass on fp32's rounding many times. */
    private static final double TOLERANCE = 1e-4;

    private static Reference reference;
    private static StableDiffusion model;

    @BeforeAll
    static void open() {
        reference = Reference.open("pipeline");
        model = StableDiffusion.load(Reference.path("pipeline"));
    }

    @AfterAll
    static void close() {
        reference.close();
        model.close();
    }

    @ParameterizedTest
    @CsvSource({"ddim, DDIM", "dpm, DPMPP_2M"})
    void prompt_becomesThePictureOfDiffusers(String key, Sampler sampler) {
        List<NDArray> steps = new ArrayList<>();
        try (NDManager memory = reference.manager().newSubManager()) {
            GeneratedImage generated =
                    model.sample("a red house on the left, by the sea")
                            .negativePrompt("blurred, two boats")
                            .size(24, 16)
                            .sampler(sampler)
                            .steps(5)
                            .guidance(7)
                            .seed(7)
                            .listen((step, total, latents) -> steps.add(copy(memory, latents)))
                            .image();
            assertEquals(5, steps.size());
            reference.assertClose(key + ".latents", steps.get(4), TOLERANCE);
            reference.assertClose(key + ".image", model.vae().decode(steps.get(4)), TOLERANCE);
            assertNear(reference.value(key + ".image"), generated.image());
        }
    }

    private static NDArray copy(NDManager memory, NDArray latents) {
        NDArray copy = latents.duplicate();
        copy.attach(memory);
        return copy;
    }

    /** Of 255 levels one may fall to the other side when it is rounded. */
    private static void assertNear(NDArray expected, BufferedImage actual) {
        int[] wanted = Pictures.rgb(Pixels.toImages(expected).get(0));
        int[] got = Pictures.rgb(actual);
        for (int i = 0; i < wanted.length; i++) {
            for (int shift = 0; shift < 24; shift += 8) {
                assertEquals(wanted[i] >> shift & 0xFF, got[i] >> shift & 0xFF, 1, "pixel " + i);
            }
        }
    }
}
