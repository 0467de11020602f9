package io.dmm.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages safetensors files the way attackers and bad disks do, knowing how they are built. */
final class Mutator {
    private static final List<String> NUMBERS =
            List.of(
                    "0",
                    "1",
                    "2",
                    "-1",
                    "-0",
                    "00",
                    "1.0",
                    "1e9",
                    "1E400",
                    "0x10",
                    "NaN",
                    "127",
                    "255",
                    "65536",
                    "2147483647",
                    "2147483648",
                    "4294967296",
                    "100000001",
                    "4611686018427387904",
                    "9223372036854775807",
                    "9223372036854775808",
                    "18446744073709551616",
                    "9".repeat(400));
    private static final List<String> TOKENS =
            List.of(
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    ":",
                    "\"",
                    "\\",
                    "\\u0000",
                    "\\ud800",
                    "null",
                    "true",
                    "{}",
                    "[]",
                    "[[",
                    "\"F32\"",
                    "\"BF16\"",
                    "\"I64\"",
                    "\"BOOL\"",
                    "\"F4\"",
                    "\"dtype\":",
                    "\"shape\":",
                    "\"data_offsets\":",
                    "\"__metadata__\":",
                    "\u00e9",
                    "\u0000",
                    "\ufeff",
                    "/*",
                    " ",
                    "\n",
                    "[".repeat(2000),
                    "{\"a\":".repeat(1200),
                    "x".repeat(3000));

    private final Random random;

    Mutator(long seed) {
        random = new Random(seed);
    }

    /** One to four mutations of a file, mostly one. */
    byte[] mutate(byte[] file) {
        byte[] bytes = file;
        for (int edits = Math.max(1, random.nextInt(5)); edits > 0; edits--) {
            bytes = bytes.length > Long.BYTES ? mutateOnce(bytes) : bytes;
        }
        return bytes;
    }

    private byte[] mutateOnce(byte[] bytes) {
        int header = headerLength(bytes);
        int at = Long.BYTES + random.nextInt(header);
        return switch (random.nextInt(14)) {
            case 0 -> flipped(bytes, random.nextInt(bytes.length));
            case 1 -> replaced(bytes, at, at + 1, new byte[] {(byte) random.nextInt(256)});
            case 2, 3 -> edited(bytes, at, at, TOKENS.get(random.nextInt(TOKENS.size())));
            case 4, 5, 6 -> numberEdited(bytes, at);
            case 7 -> edited(bytes, at, Math.min(end(bytes), at + random.nextInt(20)), "");
            case 8 -> spliced(bytes, at, header);
            case 9 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 10 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(16));
            case 11 -> flipped(bytes, random.nextInt(bytes.length - 7) + 7);
            case 12 -> letterEdited(bytes, at);
            default -> lengthEdited(bytes);
        };
    }

    /** The claimed length, within the file, at least 1. */
    private static int headerLength(byte[] bytes) {
        long claimed = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        int longest = bytes.length - Long.BYTES;
        return claimed < 1 || claimed > longest ? longest : (int) claimed;
    }

    private static int end(byte[] bytes) {
        return Long.BYTES + headerLength(bytes);
    }

    private byte[] flipped(byte[] bytes, int at) {
        byte[] copy = bytes.clone();
        copy[at] ^= (byte) (1 << random.nextInt(8));
        return copy;
    }

    /** Replaces the next whole number. */
    private byte[] numberEdited(byte[] bytes, int at) {
        int from = at;
        while (from < end(bytes) && !isDigit(bytes[from])) {
            from++;
        }
        int to = from;
        while (to < end(bytes) && isDigit(bytes[to])) {
            to++;
        }
        return edited(bytes, from, to, NUMBERS.get(random.nextInt(NUMBERS.size())));
    }

    /** Changes the next letter: a name, a type or a field is another then, the JSON is whole. */
    private byte[] letterEdited(byte[] bytes, int at) {
        int from = at;
        while (from < end(bytes) - 1 && !Character.isLetter(bytes[from])) {
            from++;
        }
        return replaced(bytes, from, from + 1, new byte[] {(byte) ('a' + random.nextInt(26))});
    }

    private static boolean isDigit(byte value) {
        return value >= '0' && value <= '9';
    }

    /** Copies a piece of the header to another place. */
    private byte[] spliced(byte[] bytes, int at, int header) {
        int from = Long.BYTES + random.nextInt(header);
        int to = Math.min(Long.BYTES + header, from + 1 + random.nextInt(120));
        int over = random.nextBoolean() ? Math.min(Long.BYTES + header, at + to - from) : at;
        return lengthKept(bytes, replaced(bytes, at, over, Arrays.copyOfRange(bytes, from, to)));
    }

    private byte[] lengthEdited(byte[] bytes) {
        long length = headerLength(bytes);
        long[] lengths = {0, 1, length - 1, length + 1, bytes.length, 1L << 30, -1, 1L << 62};
        byte[] copy = bytes.clone();
        ByteBuffer.wrap(copy)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(lengths[random.nextInt(lengths.length)]);
        return copy;
    }

    private byte[] edited(byte[] bytes, int from, int to, String text) {
        return lengthKept(bytes, replaced(bytes, from, to, text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] replaced(byte[] bytes, int from, int to, byte[] middle) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        out.writeBytes(middle);
        out.write(bytes, to, bytes.length - to);
        return out.toByteArray();
    }

    /** Mostly claims the header's new length, so that the damage lies deeper. */
    private byte[] lengthKept(byte[] before, byte[] after) {
        long length = headerLength(before) + after.length - before.length;
        if (after.length >= Long.BYTES && length >= 0 && random.nextInt(10) > 0) {
            ByteBuffer.wrap(after).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        }
        return after;
    }
}
