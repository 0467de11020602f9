package io.dmm.pipeline;

import io.dmm.weights.ModelFileException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;

/**
 * Reads a text of a PNG file (W3C PNG, section 11.3.3) from tEXt, zTXt or iTXt without trust in the
 * file: pixels are passed over, and no more memory is taken than a text may have.
 */
final class PngText implements AutoCloseable {
    private static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final Set<String> TEXTS = Set.of("tEXt", "zTXt", "iTXt");
    private static final int LONGEST_KEYWORD = 79;
    private static final int LONGEST_TEXT = 1 << 20;

    private final Path file;
    private final DataInputStream in;
    private long left;

    private PngText(Path file) throws IOException {
        this.file = file;
        left = Files.size(file);
        in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
    }

    /**
     * The first text under {@code keyword}, if there is one.
     *
     * @throws ModelFileException if the file cannot be read, is no PNG file or damaged before that
     *     text
     */
    static Optional<String> read(Path file, String keyword) {
        return read(file, keyword::equals);
    }

    /**
     * Whether there is a text under one of {@code keywords}.
     *
     * @throws ModelFileException if the file cannot be read, is no PNG file or damaged
     */
    static boolean has(Path file, Set<String> keywords) {
        Set<String> missing = new HashSet<>(keywords);
        read(
                file,
                keyword -> {
                    missing.remove(keyword);
                    return false;
                });
        return missing.size() < keywords.size();
    }

    private static Optional<String> read(Path file, Predicate<String> wanted) {
        try (PngText png = new PngText(file)) {
            return png.find(wanted);
        } catch (IOException e) {
            throw new ModelFileException(file + ": cannot be read (" + e + ")", e);
        }
    }

    private Optional<String> find(Predicate<String> wanted) throws IOException {
        take(Long.BYTES);
        if (in.readLong() != SIGNATURE) {
            throw damaged("has no PNG signature; it is of another format");
        }
        String type = "";
        while (!type.equals("IEND")) {
            boolean first = type.isEmpty();
            take(2 * Integer.BYTES);
            int length = in.readInt();
            byte[] tag = in.readNBytes(Integer.BYTES);
            type = new String(tag, StandardCharsets.ISO_8859_1);
            if (first && !type.equals("IHDR")) {
                throw damaged("does not begin with a header");
            }
            take(length + (long) Integer.BYTES);
            int head = TEXTS.contains(type) ? Math.min(length, LONGEST_KEYWORD + 1) : 0;
            byte[] start = in.readNBytes(head);
            if (head > 0 && wanted.test(upToNul(start, 0))) {
                return Optional.of(text(type, whole(tag, start, length)));
            }
            in.skipNBytes(length - head + Integer.BYTES);
        }
        return Optional.empty();
    }

    /** Counts off bytes that the file must still have. */
    private void take(long bytes) {
        if (bytes < Integer.BYTES || bytes > left) {
            throw damaged(
                    "ends too early, expected "
                            + (bytes & 0xFFFFFFFFL)
                            + " more bytes but was "
                            + left);
        }
        left -= bytes;
    }

    private byte[] whole(byte[] tag, byte[] start, int length) throws IOException {
        if (length > LONGEST_TEXT) {
            throw damaged("has a text that is too long, expected " + most() + " but was " + length);
        }
        byte[] data = Arrays.copyOf(start, length);
        in.readFully(data, start.length, length - start.length);
        CRC32 sum = new CRC32();
        sum.update(tag);
        sum.update(data);
        if (in.readInt() != (int) sum.getValue()) {
            throw damaged("has a text with a wrong checksum");
        }
        return data;
    }

    private String text(String type, byte[] data) {
        int at = upToNul(data, 0).length() + 1;
        if (type.equals("tEXt")) {
            return decoded(data, at, StandardCharsets.ISO_8859_1);
        }
        if (type.equals("zTXt")) {
            return decoded(inflated(data, at + 1), 0, StandardCharsets.ISO_8859_1);
        }
        boolean compressed = at < data.length && data[at] == 1;
        at += 2; // flag and method
        at += upToNul(data, at).length() + 1; // language
        at += upToNul(data, at).length() + 1; // translated keyword
        return compressed
                ? decoded(inflated(data, at), 0, StandardCharsets.UTF_8)
                : decoded(data, at, StandardCharsets.UTF_8);
    }

    private String decoded(byte[] bytes, int from, Charset charset) {
        if (from > bytes.length) {
            throw damaged("has a text that ends too early");
        }
        return new String(bytes, from, bytes.length - from, charset);
    }

    private byte[] inflated(byte[] data, int from) {
        int start = Math.min(from, data.length);
        try (InflaterInputStream unpacked =
                new InflaterInputStream(
                        new ByteArrayInputStream(data, start, data.length - start))) {
            byte[] bytes = unpacked.readNBytes(LONGEST_TEXT + 1);
            if (bytes.length > LONGEST_TEXT) {
                throw damaged("has a text that is too long when unpacked, expected " + most());
            }
            return bytes;
        } catch (IOException e) {
            throw damaged("has a text that cannot be unpacked (" + e.getMessage() + ")");
        }
    }

    private static String upToNul(byte[] bytes, int from) {
        int end = Math.min(from, bytes.length);
        int start = end;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private static String most() {
        return "at most " + LONGEST_TEXT + " bytes";
    }

    private ModelFileException damaged(String what) {
        return new ModelFileException(
                file + ": " + what + "; expected a PNG picture, the file is damaged or foreign");
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
