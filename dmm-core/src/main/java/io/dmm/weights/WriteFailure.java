package io.dmm.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says of a file or folder that it cannot be written, and how much room there is for it. */
public final class WriteFailure {
    private static final long MEGABYTE = 1_000_000;

    private WriteFailure() {}

    /**
     * The failure of writing {@code path}.
     *
     * @return {@code <path>: cannot be written (<cause>), <n> MB are free}
     */
    public static UncheckedIOException of(Path path, IOException cause) {
        return of(path, cause, "");
    }

    /** As {@link #of(Path, IOException)}, with what else there is to say at the end. */
    public static UncheckedIOException of(Path path, IOException cause, String more) {
        return new UncheckedIOException(
                "%s: cannot be written (%s), %d MB are free%s"
                        .formatted(path, cause, freeBytes(path) / MEGABYTE, more),
                cause);
    }

    private static long freeBytes(Path path) {
        Path existing = path.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing.toFile().getUsableSpace();
    }
}
