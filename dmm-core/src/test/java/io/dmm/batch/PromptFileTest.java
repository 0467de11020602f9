package io.dmm.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptFileTest {
    @TempDir private Path folder;

    @Test
    void prompts_areTheLinesThatAreNotBlank() throws IOException {
        Path file = Files.writeString(folder.resolve("p.txt"), "\uFEFFa red house\r\n\n a cat\n");
        assertEquals(List.of("a red house", " a cat"), PromptFile.lines(file));
    }

    @Test
    void fileWithoutPrompts_isRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("p.txt"), "\n \n");
        assertRefused(file, ": expected a prompt on each line but there is none");
    }

    @Test
    void otherEncoding_isRefused() throws IOException {
        byte[] latin = "ein gr\u00fcnes Haus".getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(folder.resolve("p.txt"), latin);
        assertRefused(file, ": expected text in UTF-8 but was another encoding");
    }

    @Test
    void folderAndMissingFile_areRefused() {
        assertRefused(folder, ": expected a text file with a prompt on each line but was a folder");
        assertRefused(
                folder.resolve("none"),
                ": expected a text file with a prompt on each line but there is none");
    }

    private static void assertRefused(Path file, String reason) {
        assertEquals(
                file + reason,
                assertThrows(IllegalArgumentException.class, () -> PromptFile.lines(file))
                        .getMessage());
    }
}
