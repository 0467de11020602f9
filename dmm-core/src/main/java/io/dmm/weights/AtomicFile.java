package io.dmm.weights;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Replaces a file or publishes a folder in one step: others see all of it or nothing. */
public final class AtomicFile {
    private AtomicFile() {}

    interface Body {
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Writes beside {@code target} and moves over it; on failure the target is as it was. Missing
     * folders are made, and an interrupted thread still writes the whole file.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public static void write(Path target, byte[] content) {
        replace(
                target,
                temporary -> {
                    Files.createDirectories(target.toAbsolutePath().getParent());
                    // not a channel: an interrupted thread closes it
                    try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
                        out.write(content);
                        out.getFD().sync();
                    }
                    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
                });
    }

    /** As {@link #write(Path, byte[])}, in parts, into a folder that is there. */
    static void write(Path target, Body body) {
        replace(
                target,
                temporary -> {
                    try (FileChannel channel =
                            FileChannel.open(
                                    temporary,
                                    StandardOpenOption.CREATE_NEW,
                                    StandardOpenOption.WRITE)) {
                        body.writeTo(channel);
                        channel.force(true);
                    }
                    move(temporary, target);
                });
    }

    private interface Replacement {
        void writeAndMove(Path temporary) throws IOException;
    }

    private static void replace(Path target, Replacement replacement) {
        Path temporary = sibling(target);
        try {
            try {
                replacement.writeAndMove(temporary);
            } finally {
                if (Files.exists(temporary)) {
                    Files.delete(temporary);
                }
            }
        } catch (IOException e) {
            throw WriteFailure.of(target, e);
        }
    }

    static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        forceFolder(to.toAbsolutePath().getParent());
    }

    /** A name in the same folder, hence on the same file system, that nobody else uses. */
    static Path sibling(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".tmp-" + UUID.randomUUID());
    }

    /** Makes the names in a folder durable, on systems that let a folder be opened. */
    public static void forceFolder(Path folder) throws IOException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
