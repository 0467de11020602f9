package io.dmm.distill;

import io.dmm.weights.ModelFileException;
import io.dmm.weights.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * What a manifest says of a file.
 *
 * @param sha256 64 hexadecimal digits
 */
record FileRecord(long bytes, String sha256) {
    private static final String HASH = "[0-9a-f]{64}";

    FileRecord {
        if (bytes < 0 || sha256 == null || !sha256.matches(HASH)) {
            throw new IllegalArgumentException(
                    "expected a size and 64 hexadecimal digits but was %d and '%.80s'"
                            .formatted(bytes, sha256));
        }
    }

    /**
     * Reads the file once.
     *
     * @throws ModelFileException if it is missing or not the one that was written
     */
    void verify(Path file) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new ModelFileException(file + ": is missing; the checkpoint is incomplete");
        }
        try {
            long size = Files.size(file);
            if (size != bytes) {
                throw new ModelFileException(
                        "%s: is %s, expected %d bytes but was %d"
                                .formatted(
                                        file,
                                        size < bytes ? "truncated" : "too long",
                                        bytes,
                                        size));
            }
            String actual = Sha256.of(file);
            if (!actual.equals(sha256)) {
                throw new ModelFileException(
                        "%s: has changed since it was written, expected SHA-256 %s but was %s"
                                .formatted(file, sha256, actual));
            }
        } catch (IOException e) {
            throw new ModelFileException(file + ": cannot be read (" + e + ")", e);
        }
    }
}
