package io.dmm.distill;

import io.dmm.weights.AtomicFile;
import io.dmm.weights.HashingChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes files and folders so that they outlive a power cut. Every operation first passes a
 * failpoint, where a test can make it fail.
 */
record DurableFiles(Failpoint failpoint) {
    enum Operation {
        MAKE_FOLDER,
        CREATE,
        WRITE,
        FORCE,
        FORCE_FOLDER,
        MOVE,
        DELETE
    }

    /** Is passed before every operation, and makes the files. */
    @FunctionalInterface
    interface Failpoint {
        Failpoint NONE = (operation, path) -> {};

        void pass(Operation operation, Path path) throws IOException;

        default FileChannel open(Path file) throws IOException {
            return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }
    }

    /** What a file will hold. */
    @FunctionalInterface
    interface Content {
        void writeTo(WritableByteChannel out) throws IOException;

        static Content of(byte[] bytes) {
            return out -> {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    out.write(rest);
                }
            };
        }
    }

    void makeFolder(Path folder) throws IOException {
        failpoint.pass(Operation.MAKE_FOLDER, folder);
        Files.createDirectory(folder);
    }

    /** Writes a new file and returns its size and hash, taken on the way. */
    FileRecord write(Path file, Content content) throws IOException {
        failpoint.pass(Operation.CREATE, file);
        try (FileChannel channel = failpoint.open(file)) {
            HashingChannel out = new HashingChannel(new Passing(file, channel));
            content.writeTo(out);
            failpoint.pass(Operation.FORCE, file);
            channel.force(true);
            return new FileRecord(out.count(), out.sha256());
        }
    }

    private final class Passing implements WritableByteChannel {
        private final Path file;
        private final FileChannel channel;

        Passing(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            failpoint.pass(Operation.WRITE, file);
            return channel.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Makes the names in a folder durable. */
    void forceFolder(Path folder) throws IOException {
        failpoint.pass(Operation.FORCE_FOLDER, folder);
        AtomicFile.forceFolder(folder);
    }

    /** Renames within a folder, in one step. */
    void move(Path from, Path to) throws IOException {
        failpoint.pass(Operation.MOVE, to);
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        forceFolder(to.getParent());
    }

    /** Deletes a folder of files. */
    void delete(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                failpoint.pass(Operation.DELETE, entry);
                Files.delete(entry);
            }
        }
        failpoint.pass(Operation.DELETE, folder);
        Files.delete(folder);
    }
}
