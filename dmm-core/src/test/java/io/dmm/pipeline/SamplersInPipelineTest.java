package io.dmm.pipeline;

import ai.djl.ndarray.NDArray;
import io.dmm.Reference;
import io.dmm.sampler.Sampler;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Holds the way from prompt and from picture to latents against diffusers' pipelines, for every
 * sampler, a batch of two seeds and a size that is not square.
 */
class SamplersInPipelineTest {
    /** Five steps of guided random networks pass on fp32's rounding many times, to 1.3e-5. */
    private static final double TOLERANCE = 3e-5;

    private static Reference reference;
    private static StableDiffusion model;
    private static BufferedImage picture;

    @BeforeAll
    static void open() throws IOException {
        reference = Reference.open("pipeline_samplers");
        model = StableDiffusion.load(Reference.path("pipeline"));
        picture = ImageIO.read(Reference.path("pipeline_samplers/picture.png").toFile());
    }

    @AfterAll
    static void close() {
        reference.close();
        model.close();
    }

    @ParameterizedTest
    @EnumSource
    void prompts_becomeTheLatentsOfDiffusers(Sampler sampler) {
        reference.assertClose("noise." + sampler, latents(request(sampler).seed(7), 2), TOLERANCE);
    }

    /** diffusers' own LMS and PLMS do not recover a picture that is exactly known. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"LMS", "PNDM"})
    void pictures_becomeTheLatentsOfDiffusers(Sampler sampler) {
        reference.assertClose(
                "picture." + sampler,
                latents(request(sampler).from(picture, 0.6).seed(7), 2),
                TOLERANCE);
    }

    @ParameterizedTest
    @EnumSource
    void everyPictureOfABatch_isTheOneMadeAlone(Sampler sampler) {
        assertSecondIsAlone(() -> request(sampler).steps(3));
    }

    @Test
    void everyPictureOfABatchFromAPicture_isTheOneMadeAlone() {
        assertSecondIsAlone(() -> request(Sampler.EULER_A).steps(3).from(picture, 0.7));
    }

    private static void assertSecondIsAlone(Supplier<TextToImage> request) {
        NDArray batch = latents(request.get().seed(7), 2);
        NDArray alone = latents(request.get().seed(8), 1);
        Reference.assertClose(batch.get("1:2"), alone, 0, "seed 8");
    }

    private static TextToImage request(Sampler sampler) {
        return model.sample("a red house on the left, by the sea")
                .negativePrompt("blurred, two boats")
                .size(24, 16)
                .sampler(sampler)
                .steps(5)
                .guidance(7);
    }

    /** The latents after the last step. */
    private static NDArray latents(TextToImage request, int count) {
        NDArray[] last = new NDArray[1];
        request.listen(
                        (step, total, latents) -> {
                            if (step == total) {
                                last[0] = latents.duplicate();
                                last[0].attach(reference.manager());
                            }
                        })
                .images(count);
        return last[0];
    }
}
