package io.dmm.weights;

import static io.dmm.weights.RawFile.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.sun.management.ThreadMXBean;
import io.dmm.tensor.Compute;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files, the same at every run: whatever a header claims, the reader ends soon, takes
 * little memory, and throws nothing but its own exception.
 */
class SafeTensorsMutationTest {
    private static final int HEADERS = 200_000;
    private static final int FILES = 2_000;

    /** A file of a few kilobytes costs the parser's buffers, whatever numbers are in it. */
    private static final long MOST_BYTES = 1 << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir private Path folder;
    private final List<byte[]> originals = new ArrayList<>();

    @BeforeEach
    void writeOriginals() throws IOException {
        String metadata = "\"__metadata__\":{\"format\":\"pt\",\"a\\n\":\"\\u00e9\"}";
        String weights =
                entry("a.weight", "F32", "[2,3]", 0, 24)
                        + ","
                        + entry("\u00e9", "BF16", "[]", 24, 26)
                        + ","
                        + entry("ids", "I64", "[1,2]", 26, 42);
        String empty = entry("e", "U8", "[0,7]", 0, 0) + "," + entry("f", "BOOL", "[3]", 0, 3);
        String many =
                IntStream.range(0, 6)
                        .mapToObj(i -> entry("t" + i, "F8_E4M3", "[1,2]", 2 * i, 2 * i + 2))
                        .collect(Collectors.joining(","));
        add("{" + metadata + "," + weights + "}   ", 42);
        add(" {" + empty + "}", 3);
        add("{" + many + "," + metadata + "}", 12);
        add("{}", 0);
    }

    private void add(String header, int dataBytes) throws IOException {
        byte[] data = new byte[dataBytes];
        Arrays.fill(data, (byte) 0x3c);
        originals.add(Files.readAllBytes(RawFile.write(folder.resolve("o"), header, data)));
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void mutatedHeaders_areReadOrRefusedInLittleMemory() throws IOException {
        Mutator mutator = new Mutator(20251124);
        for (int i = 0; i < 1000; i++) {
            reads(new Mutator(i).mutate(originals.get(0))); // loads the classes
        }
        int refused = 0;
        long most = 0;
        for (int i = 0; i < HEADERS; i++) {
            byte[] file = mutator.mutate(originals.get(i % originals.size()));
            long before = THREADS.getCurrentThreadAllocatedBytes();
            boolean read = reads(file);
            most = Math.max(most, THREADS.getCurrentThreadAllocatedBytes() - before);
            refused += read ? 0 : 1;
        }
        assertTrue(most < MOST_BYTES, "allocated " + most);
        // some must come through, or the mutations are too crude to reach the last checks
        assertTrue(refused > HEADERS / 2 && refused < HEADERS * 0.99, "refused " + refused);
    }

    private static boolean reads(byte[] file) throws IOException {
        try {
            SafeTensorsHeader header = SafeTensorsHeader.read("f", new MemoryChannel(file));
            long bytes = 0;
            for (TensorInfo info : header.tensors().values()) {
                bytes += info.end() - info.begin();
            }
            assertEquals(file.length, header.dataStart() + bytes);
            return true;
        } catch (ModelFileException e) {
            String message = e.getMessage();
            assertTrue(message.startsWith("f: ") && message.length() < 2000, message);
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError(HexFormat.of().formatHex(file), e);
        }
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void mutatedFiles_areLoadedOrRefused() throws IOException {
        Mutator mutator = new Mutator(7);
        Path path = folder.resolve("mutated.safetensors");
        int loaded = 0;
        NDManager manager = Compute.newManager();
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = mutator.mutate(originals.get(i % originals.size()));
            Files.write(path, bytes);
            try (TensorFile file = TensorFile.open(path);
                    NDManager memory = manager.newSubManager()) {
                file.tensors().keySet().forEach(name -> file.load(name, memory));
                ModelKind.of(file);
                loaded++;
            } catch (ModelFileException e) {
                assertTrue(e.getMessage().startsWith(path + ": "), e.getMessage());
            } catch (RuntimeException e) {
                throw new AssertionError(HexFormat.of().formatHex(bytes), e);
            }
        }
        manager.close();
        assertTrue(loaded > FILES / 50, "loaded " + loaded);
    }
}
