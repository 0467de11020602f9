package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsWriterTest {
    private final NDManager manager = Compute.newManager();
    @TempDir Path folder;

    @AfterEach
    void closeArrays() {
        manager.close();
    }

    /** Takes few bytes at a time, as channels may. */
    private record Reluctant(WritableByteChannel out) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int size = Math.min(1000, bytes.remaining());
            out.write(bytes.slice(bytes.position(), size));
            bytes.position(bytes.position() + size);
            return size;
        }

        @Override
        public boolean isOpen() {
            return out.isOpen();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    @Test
    void channel_getsTheBytesOfAFile_inPieces() throws IOException {
        Map<String, NDArray> tensors =
                Map.of("w", manager.arange(300_000f), "n", manager.create(new long[] {3}));
        Path file = folder.resolve("model.safetensors");
        SafeTensorsWriter.write(file, tensors, DType.F32, Map.of());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        WritableByteChannel all = Channels.newChannel(bytes);
        WritableByteChannel reluctant = new Reluctant(all);
        HashingChannel counting = new HashingChannel(reluctant);
        SafeTensorsWriter.write(counting, "a run", tensors);
        assertArrayEquals(Files.readAllBytes(file), bytes.toByteArray());
        assertEquals(Files.size(file), counting.count());
        assertEquals(Sha256.of(file), counting.sha256());
    }

    @Test
    void write_thenLoad_givesTheSameValues() {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put(
                "weight", manager.create(new float[] {1.5f, -2, 1e-30f, 3e38f}, new Shape(2, 2)));
        tensors.put("scalar", manager.create(-7.25f));
        tensors.put("empty", manager.create(new Shape(3, 0, 2)));
        tensors.put("ids", manager.create(new long[] {1L << 40, -1}));
        tensors.put("steps", manager.create(new int[] {Integer.MIN_VALUE, 5}));
        Path file = folder.resolve("model.safetensors");
        SafeTensorsWriter.write(file, tensors, DType.F32, Map.of("b", "2", "a", "\"é\n"));

        try (TensorFile read = TensorFile.open(file)) {
            assertEquals(List.of("ids", "empty", "scalar", "steps", "weight"), names(read));
            assertEquals(Map.of("a", "\"é\n", "b", "2", "format", "pt"), read.metadata());
            tensors.forEach(
                    (name, expected) -> {
                        NDArray actual = read.load(name, manager);
                        assertEquals(expected.getShape(), actual.getShape(), name);
                        DataType type = read.tensors().get(name).dtype().arrayType();
                        assertEquals(expected.toType(type, false), actual, name);
                    });
        }
    }

    @Test
    void hashOfTheData_isStatedWhereAskedFor() throws Exception {
        Path file = folder.resolve("model.safetensors");
        Map<String, NDArray> tensors = Map.of("x", manager.create(new float[] {1, 2}));
        SafeTensorsWriter.write(file, tensors, DType.F32, Map.of("modelspec.hash_sha256", "old"));
        byte[] bytes = Files.readAllBytes(file);
        byte[] data = Arrays.copyOfRange(bytes, bytes.length - 2 * Float.BYTES, bytes.length);
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(data);
        try (TensorFile read = TensorFile.open(file)) {
            assertEquals(
                    Map.of("format", "pt", "modelspec.hash_sha256", "0x" + hex(hash)),
                    read.metadata());
            assertArrayEquals(new float[] {1, 2}, read.load("x", manager).toFloatArray());
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void loadedArrays_ownTheirMemory() {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        float[] values = new float[600_000]; // more than two chunks
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.25f;
        }
        tensors.put("a", manager.create(values, new Shape(600, 1000)));
        tensors.put("b", manager.zeros(new Shape(600, 1000)));
        Path file = folder.resolve("model.safetensors");
        SafeTensorsWriter.write(file, tensors, DType.F32, Map.of());

        NDArray loaded;
        try (TensorFile read = TensorFile.open(file)) {
            loaded = read.load("a", manager);
            read.load("b", manager);
        }
        assertArrayEquals(values, loaded.toFloatArray());
    }

    @Test
    void write_takesTransposedAndTrainedArrays() {
        NDArray trained = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
        trained.setRequiresGradient(true);
        Path file = folder.resolve("model.safetensors");
        SafeTensorsWriter.write(
                file, Map.of("t", trained.transpose(), "w", trained), DType.F32, Map.of());

        try (TensorFile read = TensorFile.open(file)) {
            assertArrayEquals(
                    new float[] {1, 4, 2, 5, 3, 6}, read.load("t", manager).toFloatArray());
            assertArrayEquals(
                    new float[] {1, 2, 3, 4, 5, 6}, read.load("w", manager).toFloatArray());
        }
    }

    @Test
    void write_leavesNoArrayBehind() {
        NDArray array = manager.ones(new Shape(1000));
        int before = manager.getManagedArrays().size();
        SafeTensorsWriter.write(
                folder.resolve("a.safetensors"), Map.of("x", array), DType.F16, Map.of());
        assertEquals(before, manager.getManagedArrays().size());
    }

    @Test
    void write_roundsToHalf() {
        NDArray array = manager.create(new float[] {0.1f, 65504, -65519, 1e-8f});
        Path file = folder.resolve("half.safetensors");
        SafeTensorsWriter.write(file, Map.of("x", array), DType.F16, Map.of());
        try (TensorFile read = TensorFile.open(file)) {
            assertEquals(DType.F16, read.tensors().get("x").dtype());
            assertArrayEquals(
                    new float[] {0.099975586f, 65504, -65504, 0},
                    read.load("x", manager).toFloatArray());
        }
    }

    @Test
    void header_isPaddedAndOrderedWhateverTheMaps() throws IOException {
        NDArray one = manager.ones(new Shape(3));
        Map<String, NDArray> forward = new LinkedHashMap<>();
        Map<String, NDArray> backward = new LinkedHashMap<>();
        for (int i = 0; i < 9; i++) {
            forward.put("t" + i, one);
            backward.put("t" + (8 - i), one);
        }
        Path a = folder.resolve("a.safetensors");
        Path b = folder.resolve("b.safetensors");
        SafeTensorsWriter.write(a, forward, DType.F32, Map.of("x", "1", "y", "2"));
        SafeTensorsWriter.write(b, backward, DType.F32, Map.of("y", "2", "x", "1"));

        byte[] bytes = Files.readAllBytes(a);
        assertArrayEquals(bytes, Files.readAllBytes(b));
        long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertEquals(0, length % 8);
        String header = new String(bytes, 8, (int) length, StandardCharsets.UTF_8);
        assertTrue(
                header.startsWith("{\"__metadata__\":{\"format\":\"pt\",\"x\":\"1\",\"y\":\"2\"}"),
                header);
    }

    @Test
    void notANumber_isRefusedAndTheOldFileStays() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.writeString(file, "old");
        NDArray broken = manager.create(new float[] {1, Float.NaN});
        Exception e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                SafeTensorsWriter.write(
                                        file, Map.of("x.bias", broken), DType.F32, Map.of()));
        assertTrue(e.getMessage().contains("x.bias: expected finite values but was NaN"));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of(file), filesIn(folder));
    }

    @Test
    void valueBeyondHalf_isRefusedByName() {
        NDArray large = manager.create(new float[] {1, -65520});
        Exception e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                SafeTensorsWriter.write(
                                        folder.resolve("m.safetensors"),
                                        Map.of("x.bias", large),
                                        DType.F16,
                                        Map.of()));
        assertTrue(e.getMessage().contains("x.bias: too large for F16"), e.getMessage());
        assertTrue(e.getMessage().contains("-65520"), e.getMessage());
    }

    @Test
    void arraysItCannotWrite_areRefusedByName() {
        Path file = folder.resolve("m.safetensors");
        Map<String, NDArray> flags = Map.of("mask", manager.create(new boolean[] {true}));
        Exception type =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SafeTensorsWriter.write(file, flags, DType.F32, Map.of()));
        assertTrue(type.getMessage().contains("mask cannot be written"), type.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> SafeTensorsWriter.write(file, Map.of(), DType.BF16, Map.of()));
        assertFalse(Files.exists(file));
    }

    @Test
    void interrupt_leavesTheOldFile() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.writeString(file, "old");
        Map<String, NDArray> tensors = Map.of("x", manager.ones(new Shape(10)));
        Thread.currentThread().interrupt();
        assertThrows(
                UncheckedIOException.class,
                () -> SafeTensorsWriter.write(file, tensors, DType.F32, Map.of()));
        assertTrue(Thread.interrupted());
        assertEquals("old", Files.readString(file));
        assertEquals(List.of(file), filesIn(folder));
    }

    @Test
    void missingFolder_isAnErrorNamingTheFile() {
        Path file = folder.resolve("absent").resolve("model.safetensors");
        Exception e =
                assertThrows(
                        UncheckedIOException.class,
                        () -> SafeTensorsWriter.write(file, Map.of(), DType.F32, Map.of()));
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        assertFalse(Files.exists(file.getParent()));
    }

    private static List<String> names(TensorFile file) {
        return List.copyOf(file.tensors().keySet());
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }
}
