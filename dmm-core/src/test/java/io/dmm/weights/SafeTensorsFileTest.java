package io.dmm.weights;

import static io.dmm.weights.RawFile.entry;
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
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsFileTest {
    private final NDManager manager = Compute.newManager();
    @TempDir Path folder;

    @AfterEach
    void closeArrays() {
        manager.close();
    }

    @Test
    void everyDType_widensAsPyTorchDoes() throws URISyntaxException {
        Path file =
                Path.of(
                        getClass()
                                .getResource("/reference/safetensors/dtypes.safetensors")
                                .toURI());
        try (SafeTensorsFile read = SafeTensorsFile.open(file)) {
            assertEquals(Map.of("format", "pt", "made by", "safetensors"), read.metadata());
            for (DType dtype : DType.values()) {
                assertEquals(dtype, read.tensors().get(dtype.name()).dtype());
                NDArray actual = read.load(dtype.name(), manager);
                assertEquals(dtype.arrayType(), actual.getDataType());
                assertTrue(actual.size() > 1);
                assertSameBits(read.load(dtype + ".expected", manager), actual, dtype.name());
            }
            assertEquals(0.75f, read.load("scalar", manager).getFloat());
            assertEquals(new Shape(), read.load("scalar", manager).getShape());
            assertEquals(new Shape(2, 0, 3), read.load("empty", manager).getShape());
        }
    }

    private static void assertSameBits(NDArray expected, NDArray actual, String name) {
        assertEquals(expected.getShape(), actual.getShape(), name);
        assertArrayEquals(expected.toByteArray(), actual.toByteArray(), name);
    }

    @Test
    void header_isTakenInAnyOrderWithWhiteSpaceAround() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        data.put((byte) 7).putFloat(2.5f).put((byte) 8).put((byte) 9).putFloat(-1).put((byte) 0);
        String header =
                "\n\t{ "
                        + String.join(
                                " , ",
                                entry("late", "F32", "[1]", 7, 11),
                                entry("zero", "BOOL", "[1]", 11, 12),
                                entry("none", "F32", "[0]", 1, 1),
                                entry("bytes", "U8", "[1,2]", 5, 7),
                                entry("unaligned", "F32", "[]", 1, 5),
                                entry("first", "U8", "[1]", 0, 1))
                        + " } \r\n ";
        Path file = RawFile.write(folder.resolve("a.safetensors"), header, data.array());
        try (TensorFile read = TensorFile.open(file)) {
            assertEquals(
                    List.of("late", "zero", "none", "bytes", "unaligned", "first"),
                    List.copyOf(read.tensors().keySet()));
            assertArrayEquals(new float[] {-1}, read.load("late", manager).toFloatArray());
            assertEquals(2.5f, read.load("unaligned", manager).getFloat());
            assertArrayEquals(new long[] {8, 9}, read.load("bytes", manager).toLongArray());
            assertEquals(0, read.load("none", manager).size());
        }
    }

    @Test
    void emptyModel_isLegal() throws IOException {
        try (TensorFile read =
                TensorFile.open(RawFile.write(folder.resolve("a"), "{}", new byte[0]))) {
            assertTrue(read.tensors().isEmpty());
        }
    }

    @Test
    void load_refusesNotANumberAndInfinity() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(1).putFloat(Float.NaN).putFloat(Float.NEGATIVE_INFINITY);
        data.putShort((short) 0x7c00).putShort((short) 0x7fff); // in F16: infinity, NaN
        data.putShort((short) 0xff80).put((byte) 0x7f).put((byte) 0x7c);
        String header =
                "{"
                        + String.join(
                                ",",
                                entry("f32", "F32", "[3]", 0, 12),
                                entry("f16", "F16", "[2]", 12, 16),
                                entry("bf16", "BF16", "[1]", 16, 18),
                                entry("e4m3", "F8_E4M3", "[1]", 18, 19),
                                entry("e5m2", "F8_E5M2", "[1]", 19, 20))
                        + "}";
        Path file = RawFile.write(folder.resolve("a.safetensors"), header, data.array());
        Map<String, String> counts =
                Map.of(
                        "f32", "2 of 3", "f16", "2 of 2", "bf16", "1 of 1", "e4m3", "1 of 1",
                        "e5m2", "1 of 1");
        int before = manager.getManagedArrays().size();
        try (TensorFile read = TensorFile.open(file)) {
            counts.forEach(
                    (name, count) -> {
                        Exception e =
                                assertThrows(
                                        ModelFileException.class, () -> read.load(name, manager));
                        assertTrue(
                                e.getMessage().startsWith(file + ": " + name + " holds values"),
                                e.getMessage());
                        assertTrue(e.getMessage().contains("was " + count), e.getMessage());
                    });
        }
        assertEquals(before, manager.getManagedArrays().size());
    }

    @Test
    void load_countsAcrossChunks() throws IOException {
        int size = (1 << 20) + 2;
        ByteBuffer data = ByteBuffer.allocate(size * 4).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(0, Float.NaN).putFloat((size - 1) * 4, Float.NaN);
        String header = "{" + entry("x", "F32", "[" + size + "]", 0, size * 4L) + "}";
        Path file = RawFile.write(folder.resolve("a.safetensors"), header, data.array());
        try (TensorFile read = TensorFile.open(file)) {
            Exception e = assertThrows(ModelFileException.class, () -> read.load("x", manager));
            assertTrue(e.getMessage().contains("2 of " + size), e.getMessage());
        }
    }

    @Test
    void load_namesAnAbsentTensorAndAFileCutOffLater() throws IOException {
        Path file = folder.resolve("a.safetensors");
        SafeTensorsWriter.write(file, Map.of("x", manager.ones(new Shape(9))), DType.F32, Map.of());
        try (TensorFile read = TensorFile.open(file)) {
            Exception absent =
                    assertThrows(ModelFileException.class, () -> read.load("y", manager));
            assertEquals(file + ": has no tensor y", absent.getMessage());
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length - 8));
            Exception cut = assertThrows(ModelFileException.class, () -> read.load("x", manager));
            assertTrue(cut.getMessage().contains("became shorter"), cut.getMessage());
        }
    }

    @Test
    void interruptedThread_isCancelled_notToldOfABrokenFile() {
        Path file = folder.resolve("a.safetensors");
        SafeTensorsWriter.write(file, Map.of("x", manager.ones(new Shape(9))), DType.F32, Map.of());
        try (TensorFile read = TensorFile.open(file)) {
            for (Executable reading :
                    List.<Executable>of(
                            () -> TensorFile.open(file), () -> read.load("x", manager))) {
                Thread.currentThread().interrupt();
                CancellationException stop = assertThrows(CancellationException.class, reading);
                assertEquals(file + ", while it was read", stop.getMessage());
                assertFalse(Thread.interrupted());
            }
        }
    }

    @Test
    void load_leavesOnlyTheArrayAskedFor() throws IOException {
        Path file = folder.resolve("a.safetensors");
        SafeTensorsWriter.write(
                file, Map.of("x", manager.ones(new Shape(300_000, 2))), DType.F16, Map.of());
        int before = manager.getManagedArrays().size();
        try (TensorFile read = TensorFile.open(file)) {
            NDArray array = read.load("x", manager);
            assertEquals(DataType.FLOAT32, array.getDataType());
            assertEquals(before + 1, manager.getManagedArrays().size());
        }
    }

    @Test
    void load_servesManyThreads() throws IOException {
        Path file = folder.resolve("a.safetensors");
        Map<String, NDArray> tensors = new HashMap<>();
        for (int i = 0; i < 16; i++) {
            tensors.put("t" + i, manager.full(new Shape(5000), (float) i));
        }
        SafeTensorsWriter.write(file, tensors, DType.F32, Map.of());
        try (TensorFile read = TensorFile.open(file)) {
            IntStream.range(0, 64)
                    .parallel()
                    .forEach(
                            i -> {
                                try (NDManager memory = manager.newSubManager()) {
                                    NDArray loaded = read.load("t" + i % 16, memory);
                                    NDArray expected = tensors.get("t" + i % 16);
                                    assertArrayEquals(
                                            expected.toFloatArray(), loaded.toFloatArray());
                                }
                            });
        }
    }
}
