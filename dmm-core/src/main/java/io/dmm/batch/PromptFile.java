package io.dmm.batch;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A text file in UTF-8 with a prompt on each line. */
public final class PromptFile {
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private PromptFile() {}

    /**
     * The lines that are not blank.
     *
     * @throws IllegalArgumentException if there is none, or no such file, or no text in UTF-8
     * @throws IOException if it cannot be read
     */
    public static List<String> lines(Path file) throws IOException {
        List<String> lines =
                text(file)
                        .replaceFirst("^" + BYTE_ORDER_MARK, "")
                        .lines()
                        .filter(line -> !line.isBlank())
                        .toList();
        if (lines.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": expected a prompt on each line but there is none");
        }
        return lines;
    }

    private static String text(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    file
                            + ": expected a text file with a prompt on each line but "
                            + (Files.isDirectory(file) ? "was a folder" : "there is none"));
        }
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    file + ": expected text in UTF-8 but was another encoding", e);
        }
    }
}
