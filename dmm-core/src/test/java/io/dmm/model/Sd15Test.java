package io.dmm.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import io.dmm.Reference;
import io.dmm.model.clip.ClipNames;
import io.dmm.model.clip.ClipTextConfig;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.model.unet.UNetNames;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.model.vae.VaeConfig;
import io.dmm.model.vae.VaeNames;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.DType;
import io.dmm.weights.NameTable;
import io.dmm.weights.TensorFile;
import io.dmm.weights.TensorInfo;
import io.dmm.weights.Weights;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Holds names and shapes of all tensors of Stable Diffusion 1.5 against diffusers. */
class Sd15Test {
    @Test
    void unet_takesEveryTensor() {
        assertTakesAll("unet", 686, 859_520_964, w -> new UNet(UNetConfig.sd15(), w));
    }

    @Test
    void vae_takesEveryTensor() {
        assertTakesAll("vae", 248, 83_653_863, w -> new AutoencoderKl(VaeConfig.sd15(), w));
    }

    @Test
    void textEncoder_takesEveryTensor() {
        assertTakesAll(
                "text_encoder", 196, 123_060_480, w -> new ClipTextModel(ClipTextConfig.sd15(), w));
    }

    @Test
    void singleFile_fitsTheNetworks() {
        UNetConfig unet = UNetConfig.sd15();
        VaeConfig vae = VaeConfig.sd15();
        ClipTextConfig clip = ClipTextConfig.sd15();
        check("unet", UNetNames.ldm(unet), weights -> new UNet(unet, weights));
        check("vae", VaeNames.ldm(vae), weights -> new AutoencoderKl(vae, weights));
        check("text_encoder", ClipNames.ldm(clip), weights -> new ClipTextModel(clip, weights));
    }

    private static void check(String part, NameTable table, Consumer<Weights> network) {
        ShapesOnly file = ShapesOnly.read("sd15/" + part + ".json").inLdmNames(part);
        Weights.check(NameTable.inDiffusersNames(file, table), network);
    }

    private static void assertTakesAll(
            String part, int tensors, long parameters, Consumer<Weights> constructor) {
        ShapesOnly file = ShapesOnly.read("sd15/" + part + ".json");
        try (NDManager manager = Compute.newManager()) {
            Weights weights = Weights.load(file, manager, Precision.FP32);
            constructor.accept(weights);
            assertEquals(file.tensors().keySet(), weights.taken().keySet());
            assertEquals(tensors, weights.taken().size());
        }
        assertEquals(
                parameters,
                file.tensors().values().stream().mapToLong(info -> info.shape().size()).sum());
    }

    /** A model file that knows its shapes but holds no values: constructors need no more. */
    private record ShapesOnly(Map<String, TensorInfo> tensors, String where) implements TensorFile {
        static ShapesOnly read(String name) {
            Map<String, TensorInfo> tensors = new LinkedHashMap<>();
            Reference.json(name)
                    .properties()
                    .forEach(
                            entry -> {
                                Shape shape = shape(entry.getValue().textValue());
                                long bytes = shape.size() * DType.F32.bytes();
                                tensors.put(
                                        entry.getKey(),
                                        new TensorInfo(entry.getKey(), DType.F32, shape, 0, bytes));
                            });
            return new ShapesOnly(tensors, name);
        }

        /** As in a single file, where the autoencoder's attention is of 1×1 convolutions. */
        ShapesOnly inLdmNames(String part) {
            Map<String, TensorInfo> renamed = new LinkedHashMap<>();
            Iterator<JsonNode> names = Reference.json("sd15/" + part + "_ldm.json").iterator();
            for (TensorInfo info : tensors.values()) {
                String name = names.next().textValue();
                boolean convolution = name.contains(".attn_1.") && info.shape().dimension() == 2;
                Shape shape = convolution ? info.shape().addAll(new Shape(1, 1)) : info.shape();
                renamed.put(name, new TensorInfo(name, DType.F32, shape, 0, info.end()));
            }
            return new ShapesOnly(renamed, where);
        }

        private static Shape shape(String text) {
            return new Shape(Arrays.stream(text.split("x")).mapToLong(Long::parseLong).toArray());
        }

        @Override
        public Map<String, String> metadata() {
            return Map.of();
        }

        @Override
        public NDArray load(String name, NDManager manager) {
            return manager.zeros(
                    tensors.get(name).shape().dimension() == 4
                            ? new Shape(1, 1, 1, 1)
                            : new Shape(1, 1));
        }

        @Override
        public void close() {}
    }
}
