package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir Path folder;

    @Test
    void existingFile_isReplaced() throws IOException {
        Path file = folder.resolve("a.txt");
        AtomicFile.write(file, "a long old text".getBytes());
        AtomicFile.write(file, "new".getBytes());
        assertEquals("new", Files.readString(file));
        assertEquals(List.of(file), list(folder));
    }

    @Test
    void failure_leavesTheTargetAndNoPartialFile() throws IOException {
        Path target = Files.createDirectories(folder.resolve("a/full")).getParent();
        assertCannotBeWritten(target);
        assertEquals(List.of(target), list(folder));
    }

    @Test
    void folderThatCannotBeMade_isNamedWithTheFile() throws IOException {
        Path file = Files.createFile(folder.resolve("a"));
        assertCannotBeWritten(file.resolve("b/c.txt"));
        assertEquals(List.of(file), list(folder));
    }

    private static void assertCannotBeWritten(Path target) {
        String message =
                assertThrows(
                                UncheckedIOException.class,
                                () -> AtomicFile.write(target, new byte[1]))
                        .getMessage();
        assertTrue(message.startsWith(target + ": cannot be written (java."), message);
        assertTrue(message.matches(".*\\), \\d+ MB are free"), message);
    }

    @Test
    void interruptedThread_stillWritesTheWholeFile() throws IOException {
        Path file = folder.resolve("a.txt");
        Thread.currentThread().interrupt();
        AtomicFile.write(file, "whole".getBytes());
        assertTrue(Thread.interrupted());
        assertEquals("whole", Files.readString(file));
    }

    private static List<Path> list(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }
}
