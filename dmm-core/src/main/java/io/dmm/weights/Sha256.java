package io.dmm.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 (FIPS 180-4) of bytes that come in parts. */
public final class Sha256 {
    private static final int CHUNK = 1 << 16; // bytes

    private final MessageDigest digest;

    public Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Takes what remains of {@code bytes}. */
    public void update(ByteBuffer bytes) {
        digest.update(bytes);
    }

    /** The hash of all bytes since the last call, as 64 hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Hashes a text in UTF-8. */
    public static String of(String text) {
        Sha256 hash = new Sha256();
        hash.update(StandardCharsets.UTF_8.encode(text));
        return hash.hex();
    }

    /** Hashes a file, reading it once. */
    public static String of(Path file) throws IOException {
        return of(file, 0);
    }

    /** Hashes what a file has from a position on. */
    public static String of(Path file, long from) throws IOException {
        Sha256 hash = new Sha256();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.position(from);
            while (channel.read(chunk) >= 0) {
                hash.update(chunk.flip());
                chunk.clear();
            }
        }
        return hash.hex();
    }
}
