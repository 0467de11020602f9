package io.dmm.weights;

import static io.dmm.weights.RawFile.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.sun.management.ThreadMXBean;
import io.dmm.tensor.Compute;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files made to break a reader, rebuilt by hand. */
class SafeTensorsAttackTest {
    private static final int MEGABYTE = 1 << 20;
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"1073741824", "100000001", "9223372036854775807", "-1", "3"})
    void headerLengthPastTheEnd_allocatesNothing(long claimed) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
        Path file = folder.resolve("a.safetensors");
        Files.write(file, bytes.putLong(claimed).put((byte) '{').put((byte) '}').array());
        // a length with its upper byte set begins no header at all
        boolean plausible = claimed >>> 56 == 0;
        assertRefused(
                file,
                plausible
                        ? "header length is wrong, expected at most 2 but was " + claimed
                        : "is not a safetensors file",
                MEGABYTE);
    }

    @Test
    void headerLongerThanTheFormatAllows_isRefused() throws IOException {
        Path file = folder.resolve("a.safetensors");
        try (var channel =
                Files.newByteChannel(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.SPARSE)) {
            ByteBuffer start = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(start.putLong(200_000_000).put((byte) '{').flip());
            channel.position(300_000_000).write(ByteBuffer.wrap(new byte[1]));
        }
        assertRefused(file, "header length is wrong", MEGABYTE);
    }

    @Test
    void manyTensorsOnOneSpan_areAnOverlap() throws IOException {
        assertHeaderRefused(
                overlapping(10),
                new byte[4],
                "overlap of t1, expected it to begin at byte 4 but was 0");
    }

    @Test
    void hundredThousandOverlaps_areRefusedInBoundedMemory() throws IOException {
        Path file = RawFile.write(folder.resolve("a"), overlapping(100_000), new byte[4]);
        assertRefused(file, "overlap of t1,", 200 * MEGABYTE);
    }

    private static String overlapping(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> entry("t" + i, "F32", "[1]", 0, 4))
                .collect(Collectors.joining(",", "{", "}"));
    }

    @Test
    void hole_isRefused() throws IOException {
        String header =
                "{" + entry("a", "U8", "[2]", 0, 2) + "," + entry("b", "U8", "[1]", 3, 4) + "}";
        assertHeaderRefused(
                header,
                new byte[4],
                "hole in front of b, expected it to begin at byte 2 but was 3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "U8 | [0,9223372036854775807]",
                "F32 | [2305843009213693951,0]",
                "F8_E4M3 | [3037000499,0,3037000499]",
                "F64 | [0,0,1152921504606846975]",
            })
    void emptyTensorOfAHugeShape_takesNoMemory(String dtype, String shape) throws IOException {
        String header = "{" + entry("x", dtype, shape, 0, 0) + "}";
        Path file = RawFile.write(folder.resolve("a"), header, new byte[0]);
        try (NDManager manager = Compute.newManager();
                TensorFile read = TensorFile.open(file)) {
            assertEquals(0, read.load("x", manager).size());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "F32 | [4294967296,4294967296] | 0 | 0 | overflows 64 bits",
                "F32 | [4611686018427387904] | 0 | 0 | overflows 64 bits",
                "U8 | [0,9223372036854775807,9223372036854775807] | 0 | 0 | overflows 64 bits",
                "F32 | [2] | 0 | 4 | expected a span of 8 bytes for F32 (2)",
                "F32 | [1] | 4 | 0 | expected a span of 4 bytes",
                "F32 | [1] | -4 | 0 | data_offsets is wrong, expected whole numbers of 0 or more but was -4",
                "F32 | [-1] | 0 | 4 | shape is wrong, expected whole numbers of 0 or more but was -1",
                "F32 | [1.0] | 0 | 4 | shape is wrong, expected whole numbers of 0 or more but was 1.0",
                "F32 | [1e0] | 0 | 4 | was 1e0",
                "F32 | [\"1\"] | 0 | 4 | shape is wrong",
                "F32 | [[1]] | 0 | 4 | shape is wrong",
                "F32 | [18446744073709551617] | 0 | 4 | was 18446744073709551617",
                "F32 | {} | 0 | 4 | has no list for x.shape",
                "F32 | [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1] | 0 | 4 | more than 16 numbers in x.shape",
                "I16 | [2] | 0 | 4 | x has a dtype that is not read here, expected one of [F64, I64,",
                "f32 | [1] | 0 | 4 | but was f32",
            })
    void wrongEntry_isRefusedByName(
            String dtype, String shape, long begin, long end, String message) throws IOException {
        assertHeaderRefused("{" + entry("x", dtype, shape, begin, end) + "}", new byte[4], message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "` []` | is not a JSON object",
                "{\"x\":1} | entry that is not an object: x",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}} | lacks dtype, shape or both data_offsets of x",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}} | lacks dtype",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}} | more than 2 numbers",
                "{\"x\":{\"stride\":1}} | unknown field: x.stride",
                "{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}} | Duplicate field 'dtype'",
                "{\"__metadata__\":{\"a\":1}} | __metadata__ value that is not a string: a",
                "{\"__metadata__\":[]} | __metadata__ that is not an object",
                "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}} | Duplicate field 'a'",
                "{\"__metadata__\":{},\"__metadata__\":{}} | Duplicate field '__metadata__'",
                "{\"x\": | not valid JSON",
                "{x} | not valid JSON",
                "{} {} | goes on after its closing brace",
            })
    void wrongJson_isRefused(String header, String message) throws IOException {
        assertHeaderRefused(header, new byte[0], message);
    }

    @Test
    void duplicateKeys_areRefused() throws IOException {
        String x = entry("x", "U8", "[1]", 0, 1);
        assertHeaderRefused("{" + x + "," + x + "}", new byte[1], "Duplicate field 'x'");
    }

    @Test
    void nameOfAMegabyte_isRefusedInAShortMessage() throws IOException {
        String header = "{" + entry("x".repeat(MEGABYTE), "U8", "[1]", 0, 1) + "}";
        assertHeaderRefused(header, new byte[1], "Name length");
    }

    @Test
    void nestingWithoutEnd_isRefused() throws IOException {
        assertHeaderRefused(
                "{\"x\":" + "[".repeat(MEGABYTE), new byte[0], "entry that is not an object");
    }

    @Test
    void notUtf8_isRefused() throws IOException {
        byte[] header =
                ("{" + entry("x", "U8", "[1]", 0, 1) + "}").getBytes(StandardCharsets.UTF_8);
        header[2] = (byte) 0xff;
        Path file = RawFile.write(folder.resolve("a"), header, new byte[1]);
        assertRefused(file, "header is not UTF-8", 32 * MEGABYTE);
    }

    @Test
    void missingAndExtraBytes_areToldApart() throws IOException {
        String header = "{" + entry("x", "F32", "[2]", 0, 8) + "}";
        assertHeaderRefused(header, new byte[7], "truncated, expected 8 bytes of data but was 7");
        assertHeaderRefused(
                header, new byte[9], "extra bytes at the end, expected 8 bytes of data but was 9");
    }

    @Test
    void fileCutInItsHeader_isTruncated() throws IOException {
        Path file = RawFile.write(folder.resolve("a"), overlapping(9), new byte[4]);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100));
        assertRefused(file, "the file is truncated or damaged", MEGABYTE);
    }

    private void assertHeaderRefused(String header, byte[] data, String message)
            throws IOException {
        assertRefused(RawFile.write(folder.resolve("a"), header, data), message, 32 * MEGABYTE);
    }

    private static void assertRefused(Path file, String message, long mostAllocated) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        Exception e = assertThrows(ModelFileException.class, () -> TensorFile.open(file));
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertTrue(e.getMessage().length() < 500, "long: " + e.getMessage().length());
        assertTrue(allocated < mostAllocated, "allocated " + allocated);
    }
}
