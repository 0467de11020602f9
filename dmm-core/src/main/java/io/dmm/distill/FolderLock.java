package io.dmm.distill;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps a second run out of a folder; the system lets go of it when the process dies. */
final class FolderLock implements AutoCloseable {
    private static final String NAME = ".lock";

    /**
     * The folders that this process holds. The system's lock is the whole process's, too: closing
     * any other channel on the file would end it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Locks a folder that is there.
     *
     * @throws IllegalStateException if a run holds it
     */
    static FolderLock take(Path folder) throws IOException {
        Path real = folder.toRealPath();
        if (!HELD.add(real)) {
            throw inUse(folder);
        }
        boolean locked = false;
        try {
            FileChannel channel =
                    FileChannel.open(
                            real.resolve(NAME),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            try {
                locked = tryLock(channel);
                if (locked) {
                    return new FolderLock(real, channel);
                }
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
        } finally {
            if (!locked) {
                HELD.remove(real);
            }
        }
        throw inUse(folder);
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // this class of another class loader holds it
        }
    }

    private static IllegalStateException inUse(Path folder) {
        return new IllegalStateException(
                folder
                        + ": another run is writing its checkpoints here; wait for it or name"
                        + " another folder");
    }

    @Override
    public void close() throws IOException {
        channel.close();
        HELD.remove(folder);
    }
}
