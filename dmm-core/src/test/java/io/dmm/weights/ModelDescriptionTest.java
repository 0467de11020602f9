package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.Dmm;
import io.dmm.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ModelDescriptionTest {
    @TempDir private Path temporary;

    @Test
    void singleFile_isDescribedByItsParts() {
        Path file = Reference.path("single_file/model.safetensors");
        assertEquals(
                file
                        + """
                        : a checkpoint of the SD 1.5 family, 0.2 MB of tensors
                          part            tensors      parameters  dtypes
                          unet                208          52,004  F16
                          vae                 120          15,223  BF16
                          text_encoder         36          18,512  F32
                          other                 4           1,110  {I64=1, F32=3}
                          format = pt
                        """,
                Dmm.inspect(file).toString());
    }

    @Test
    void folder_isDescribedByItsParts() {
        ModelDescription description = Dmm.inspect(Reference.path("pipeline"));
        assertEquals(ModelKind.CHECKPOINT, description.kind());
        assertEquals(
                Map.of("text_encoder", 36, "unet", 208, "vae", 120),
                description.parts().stream()
                        .collect(
                                Collectors.toMap(
                                        ModelDescription.Part::name,
                                        ModelDescription.Part::tensors)));
        assertEquals(
                ModelKind.MERGED_MODEL,
                ModelKind.of(
                        TensorFile.open(
                                Reference.path("unet_dmm/diffusion_pytorch_model.safetensors"))));
    }

    @Test
    void hashes_areThoseOfTheWholeFiles() throws Exception {
        Path folder = Reference.path("pipeline");
        Path vae = folder.resolve("vae/diffusion_pytorch_model.safetensors");
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(vae));
        String expected = HexFormat.of().formatHex(hash);
        assertEquals(Map.of(vae, expected), Dmm.inspect(vae).sha256());
        Map<Path, String> all = Dmm.inspect(folder).sha256();
        assertEquals(expected, all.get(vae));
        assertEquals(4, all.size()); // with the reference values
    }

    /** As shared folders of models often are. */
    @Test
    void hashes_areThoseOfWhatALinkLeadsTo() throws IOException {
        Path folder = Reference.path("pipeline");
        Path link = Files.createSymbolicLink(temporary.resolve("link"), folder.toAbsolutePath());
        assertEquals(
                Set.copyOf(Dmm.inspect(folder).sha256().values()),
                Set.copyOf(Dmm.inspect(link).sha256().values()));
    }

    @Test
    void longMetadata_isCutShort() throws IOException {
        String value = "x".repeat(100_000);
        String metadata =
                IntStream.range(0, 70)
                        .mapToObj(i -> "\"key" + i + "\":\"" + value + "\"")
                        .collect(Collectors.joining(",", "{\"__metadata__\":{", "}}"));
        Path file = RawFile.write(temporary.resolve("m.safetensors"), metadata, new byte[0]);
        String text = Dmm.inspect(file).toString();
        assertTrue(text.lines().count() < 70 && text.length() < 10_000, text);
        assertTrue(text.endsWith("  … 10 keys more\n"), text);
    }

    @Test
    void controlCharactersOfMetadata_areNotShown() throws IOException {
        String header = "{\"__metadata__\":{\"a\\u001b[2Jb\":\"c\\u0007d\"}}";
        Path file = RawFile.write(temporary.resolve("m.safetensors"), header, new byte[0]);
        String text = Dmm.inspect(file).toString();
        assertTrue(text.endsWith("  a?[2Jb = c?d\n"), text);
    }

    @Test
    void cacheOfTheHub_isNamed() throws IOException {
        Files.createDirectories(temporary.resolve("snapshots/abc/unet"));
        String expected =
                temporary
                        + ": is a cache of Hugging Face's hub, expected a model; name one of the"
                        + " folders in its snapshots";
        for (Executable reading :
                List.<Executable>of(
                        () -> Dmm.inspect(temporary),
                        () -> ModelFolder.open(temporary).weights("unet"))) {
            assertEquals(expected, assertThrows(ModelFileException.class, reading).getMessage());
        }
    }

    @Test
    void folderOfPickles_isRefusedAsSuch() throws IOException {
        Path unet = Files.createDirectories(temporary.resolve("unet"));
        Files.createFile(unet.resolve("diffusion_pytorch_model.bin"));
        String message =
                assertThrows(ModelFileException.class, () -> Dmm.inspect(temporary)).getMessage();
        assertTrue(
                message.startsWith(unet + ": holds only the pickle diffusion_pytorch_model.bin"),
                message);
    }

    @Test
    void folderWithoutWeights_isRefused() {
        assertEquals(
                temporary
                        + ": has no weights, expected a diffusers folder with parts in"
                        + " safetensors; a LoRA or a single file is named by the file itself",
                assertThrows(ModelFileException.class, () -> Dmm.inspect(temporary)).getMessage());
    }

    @Test
    void partOfAFolder_countsItsParameters() {
        List<ModelDescription.Part> parts =
                Dmm.inspect(Reference.path("vae/diffusion_pytorch_model.safetensors")).parts();
        assertEquals(1, parts.size());
        assertEquals("vae", parts.get(0).name());
        assertEquals(4 * parts.get(0).parameters(), parts.get(0).bytes());
    }
}
