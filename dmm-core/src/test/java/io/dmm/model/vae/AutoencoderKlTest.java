package io.dmm.model.vae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.FiniteDifferences;
import io.dmm.Reference;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Precision;
import io.dmm.weights.ConfigNode;
import io.dmm.weights.DType;
import io.dmm.weights.SafeTensorsWriter;
import io.dmm.weights.TensorFile;
import io.dmm.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the autoencoder against diffusers' AutoencoderKL. */
class AutoencoderKlTest {
    private static Reference reference;
    private static AutoencoderKl vae;

    @BeforeAll
    static void load() {
        reference = Reference.open("vae");
        vae = new AutoencoderKl(config(), reference.weights());
    }

    @AfterAll
    static void close() {
        reference.close();
    }

    @Test
    void moments_equalDiffusers() {
        AutoencoderKl.Moments moments = vae.moments(image());
        reference.assertClose("mean", moments.mean(), 1e-4);
        reference.assertClose("logvar", moments.logVariance(), 1e-4);
    }

    @Test
    void decodedLatents_equalDiffusers() {
        reference.assertClose("decoded", vae.decodeUnscaled(latents()), 1e-4);
    }

    @Test
    void encodeAndDecode_workOnScaledLatents() {
        double factor = vae.config().scalingFactor();
        NDArray scaledMean = reference.value("mean").mul((float) factor);
        Reference.assertClose(scaledMean, vae.encode(image()), 1e-4, "encode");
        NDArray decoded = vae.decode(latents().mul((float) factor));
        reference.assertClose("decoded", decoded, 1e-4);
    }

    @Test
    void tiles_equalDiffusers() {
        NDArray mean = vae.moments(reference.value("large"), true).mean();
        reference.assertClose("tiled_mean", mean, 1e-5);
        NDArray decoded = vae.decodeUnscaled(reference.value("large_latents"), true);
        reference.assertClose("tiled_decoded", decoded, 1e-5);
        NDArray whole = vae.decodeUnscaled(reference.value("large_latents"));
        assertTrue(
                Reference.largestDifference(whole.toFloatArray(), decoded.toFloatArray()) > 0.01);
    }

    @Test
    void tilesOfASmallPicture_areThePicture() {
        assertArrayEquals(
                vae.decodeUnscaled(latents()).toFloatArray(),
                vae.decodeUnscaled(latents(), true).toFloatArray());
        assertArrayEquals(
                vae.moments(image()).mean().toFloatArray(),
                vae.moments(image(), true).mean().toFloatArray());
    }

    @Test
    void picturesOfMoreThanAMegapixel_goInTiles() {
        VaeConfig deep = new VaeConfig(List.of(4, 4, 4, 4, 4), 1, 4, 4, 1, 512);
        AutoencoderKl other = new AutoencoderKl(deep, Weights.initial(reference.manager(), 1));
        try (NDManager manager = reference.manager().newSubManager();
                GradMode mode = GradMode.off()) {
            NDArray latents = manager.randomNormal(new Shape(1, 4, 65, 64));
            assertArrayEquals(
                    other.decodeUnscaled(latents, true).toFloatArray(),
                    other.decode(latents).toFloatArray());
        }
    }

    @Test
    void gradients_equalFiniteDifferences() {
        AutoencoderKl trained = vae.copy(reference.manager());
        NDArray image = image();
        assertGradients(
                new FiniteDifferences(() -> trained.moments(image).mean()),
                trained,
                "encoder.conv_in.weight",
                "encoder.down_blocks.0.downsamplers.0.conv.weight",
                "encoder.mid_block.attentions.0.to_q.weight",
                "quant_conv.weight");
        NDArray latents = latents();
        assertGradients(
                new FiniteDifferences(() -> trained.decode(latents)),
                trained,
                "post_quant_conv.bias",
                "decoder.mid_block.attentions.0.group_norm.weight",
                "decoder.up_blocks.1.upsamplers.0.conv.weight",
                "decoder.conv_out.weight");
    }

    private static void assertGradients(
            FiniteDifferences differences, AutoencoderKl trained, String... names) {
        List<NDArray> leaves = Stream.of(names).map(trained.parameters()::get).toList();
        differences.assertGradients(leaves, 2);
    }

    @Test
    void savedAndLoaded_decodesTheSame(@TempDir Path folder) {
        Weights weights = reference.weights();
        new AutoencoderKl(config(), weights);
        Path file = folder.resolve("vae.safetensors");
        SafeTensorsWriter.write(file, weights.taken(), DType.F32, Map.of());
        try (TensorFile saved = TensorFile.open(file)) {
            Weights same = Weights.load(saved, reference.manager(), Precision.FP32);
            AutoencoderKl loaded = new AutoencoderKl(config(), same);
            assertArrayEquals(
                    vae.decode(latents()).toFloatArray(), loaded.decode(latents()).toFloatArray());
        }
    }

    @Test
    void config_isTheSameAfterWritingAndReading() {
        VaeConfig config = config();
        assertEquals(List.of(8, 16, 16), config.blockOutChannels());
        assertEquals(4, config.downsampling());
        VaeConfig scaled = config.withScalingFactor(0.5);
        assertEquals(0.5, scaled.scalingFactor());
        assertEquals(scaled, VaeConfig.read(new ConfigNode(scaled.toJson(), "config.json")));
    }

    @Test
    void everyMethod_leavesNothingButItsResults() {
        try (NDManager manager = reference.manager().newSubManager()) {
            NDArray image = image();
            NDArray latents = latents();
            image.attach(manager);
            latents.attach(manager);
            AutoencoderKl.Moments moments = vae.moments(image);
            moments.mean().close();
            moments.logVariance().close();
            AutoencoderKl.Moments tiled = vae.moments(image, true);
            tiled.mean().close();
            tiled.logVariance().close();
            vae.decodeUnscaled(latents).close();
            vae.encode(image).close();
            vae.decode(latents).close();
            vae.decodeUnscaled(latents, true).close();
            assertEquals(2, manager.getManagedArrays().size());
        }
    }

    private static VaeConfig config() {
        return VaeConfig.read(reference.config());
    }

    private static NDArray image() {
        return reference.value("image");
    }

    private static NDArray latents() {
        return reference.value("latents");
    }
}
