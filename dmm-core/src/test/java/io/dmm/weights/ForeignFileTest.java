package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignFileTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "version https://git-lfs.github.com/spec/v1 | is a Git LFS pointer",
                "<!DOCTYPE html><html lang=en> | is a web page",
                "<html>  <head> | is a web page",
                "{\"error\":\"Repository not found\"} | is a JSON text",
                "[\"a\", \"b\", \"c\"] | is a JSON text",
                "GGUF and then some more | is not a safetensors file",
                "short | is not a safetensors file",
                "`` | is empty",
            })
    void texts_areRecognised(String content, String message) throws IOException {
        assertRefused(content.getBytes(StandardCharsets.UTF_8), message);
    }

    @ParameterizedTest
    @CsvSource({
        "504b0304000008080000000000000000", // torch.save
        "504b0304140000000000000000000000",
        "80028a0a6cfc9c46f920", // torch.save before 1.6
        "80049500000000000000",
        "8002",
    })
    void pickles_areRefusedWithAWayOut(String hex) throws IOException {
        assertRefused(HexFormat.of().parseHex(hex), "is a PyTorch pickle or zip");
    }

    @Test
    void headerWhoseLengthLooksLikeAPickle_isNone() throws IOException {
        String header = "{" + RawFile.entry("x", "U8", "[1]", 0, 1) + "}";
        header += " ".repeat(0x80 - header.length());
        Path file = RawFile.write(folder.resolve("a"), header, new byte[1]);
        try (TensorFile read = TensorFile.open(file)) {
            assertEquals(1, read.tensors().size());
        }
        byte[] bytes = Files.readAllBytes(file);
        assertRefused(
                Arrays.copyOf(bytes, 60),
                "header length is wrong, expected at most 52 but was 128; the file is truncated");
    }

    @Test
    void foldersAndMissingFiles_areNamed() {
        assertMessage(folder, "is a folder, expected a .safetensors file");
        assertMessage(folder.resolve("absent.safetensors"), "no such file");
        assertMessage(folder.resolve("absent.safetensors.index.json"), "no such file");
    }

    private void assertRefused(byte[] content, String message) throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.write(file, content);
        assertMessage(file, message);
    }

    private static void assertMessage(Path file, String message) {
        Exception e = assertThrows(ModelFileException.class, () -> TensorFile.open(file));
        assertTrue(e.getMessage().startsWith(file + ": " + message), e.getMessage());
    }
}
