package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.CancellationException;

/**
 * One safetensors file, its header checked strictly before anything else is read: spans must cover
 * the data part without hole or overlap, and no allocation exceeds what the file really holds.
 */
public final class SafeTensorsFile implements TensorFile {
    private final Path path;
    private final FileChannel channel;
    private final SafeTensorsHeader header;
    private final TensorLoader loader;

    private SafeTensorsFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.header = SafeTensorsHeader.read(path.toString(), channel);
        this.loader = new TensorLoader(path.toString(), channel, header.dataStart());
    }

    /**
     * Opens a file and reads its header; the caller closes it.
     *
     * @throws ModelFileException if it is missing, no safetensors file, or breaks a rule of the
     *     format
     * @throws CancellationException if the thread is interrupted; its status is cleared
     */
    public static SafeTensorsFile open(Path path) {
        if (Files.isDirectory(path)) {
            throw new ModelFileException(path + ": is a folder, expected a .safetensors file");
        }
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return new SafeTensorsFile(path, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (ClosedByInterruptException e) {
            throw InterruptedRead.of(path.toString(), e);
        } catch (NoSuchFileException e) {
            throw new ModelFileException(path + ": no such file", e);
        } catch (IOException e) {
            throw new ModelFileException(path + ": cannot be read (" + e + ")", e);
        }
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return header.tensors();
    }

    @Override
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** Where the data part begins, in bytes from the file's start. */
    public long dataStart() {
        return header.dataStart();
    }

    @Override
    public NDArray load(String name, NDManager manager) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw new ModelFileException(where() + ": has no tensor " + name);
        }
        return loader.load(info, manager);
    }

    @Override
    public String where() {
        return path.toString();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be closed", e);
        }
    }
}
