package io.dmm.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.SmallModels;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheTest {
    /** Rows of a file. */
    private static final int BLOCK = 200;

    private static final StableDiffusion MODEL = SmallModels.base();

    private final NDManager manager = MODEL.manager().newSubManager();
    private final List<Integer> made = new ArrayList<>();
    private final List<Integer> found = new ArrayList<>();

    @TempDir Path folder;

    @AfterEach
    void closeArrays() {
        manager.close();
    }

    @AfterAll
    static void closeModel() {
        MODEL.close();
    }

    @Test
    void rows_areMadeOnceAndReadBackExactly() throws IOException {
        float[] first = get(rows(600, ""), 0, 255, 256, 599, 3);
        assertArrayEquals(new float[] {0, 0, 255, 85, 256, 256f / 3, 599, 599f / 3, 3, 1}, first);
        assertEquals(600, made.size());
        assertEquals(List.of(), found);
        assertArrayEquals(first, get(rows(600, ""), 0, 255, 256, 599, 3));
        assertEquals(600, made.size());
        assertEquals(List.of(BLOCK, BLOCK, BLOCK), found);
    }

    @Test
    void otherKeys_areOtherRowsAndOnlyTheirBlocksAreMade() throws IOException {
        rows(550, "").close();
        rows(551, "").close();
        assertEquals(550 + 151, made.size(), "the last block");
        rows(550, "of another model").close();
        assertEquals(550 + 151 + 550, made.size());
    }

    @Test
    void damagedFiles_areReportedAndMadeAgain() throws IOException {
        float[] values = get(rows(300, ""), 7, 299);
        for (Path file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 1] ^= 1;
            Files.write(file, bytes);
        }
        assertArrayEquals(values, get(rows(300, ""), 7, 299));
        assertEquals(600, made.size());
        for (Path file : files()) {
            Files.writeString(file, "torn");
        }
        assertArrayEquals(values, get(rows(300, ""), 7, 299));
        assertEquals(900, made.size());
        assertEquals(2, files().size());
    }

    @Test
    void damage_isToldInOneSentence() throws IOException {
        rows(3, "").close();
        Path file = files().get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 2] ^= 4;
        Files.write(file, bytes);
        assertTrue(
                assertThrows(ModelFileException.class, () -> RowBlock.open(file, 3))
                        .getMessage()
                        .startsWith(file + ": damaged, expected the SHA-256 0x"));
        assertTrue(
                assertThrows(ModelFileException.class, () -> RowBlock.open(file, 4))
                        .getMessage()
                        .startsWith(file + ": expected one F32 tensor of 4 rows but was "));
    }

    @Test
    void tableInMemory_isHeldOnceWhileItIsMade() {
        int before = manager.getManagedArrays().size();
        List<Integer> held = new ArrayList<>();
        RowMaker counting =
                new Numbers("") {
                    @Override
                    public NDArray make(NDManager memory, int from, int to) {
                        if (from % BLOCK == 0) {
                            held.add(manager.getManagedArrays().size() - before);
                        }
                        return super.make(memory, from, to);
                    }
                };
        try (Rows rows = Cache.NONE.rows(manager, "numbers", 600, counting)) {
            assertEquals(List.of(0, 1, 1), held);
            assertEquals(new Shape(2), rows.rowShape());
            float[] expected = {255, 85, 256, 256f / 3, 599, 599f / 3};
            assertArrayEquals(expected, get(rows, 255, 256, 599));
        }
        assertEquals(before, manager.getManagedArrays().size());
    }

    @Test
    void interruptedMaking_keepsItsBlocks() throws IOException {
        RowMaker slow =
                new Numbers("") {
                    @Override
                    public NDArray make(NDManager memory, int from, int to) {
                        if (from >= 300) {
                            Thread.currentThread().interrupt();
                        }
                        Cache.checkInterrupted("numbers", from);
                        return super.make(memory, from, to);
                    }
                };
        Cache cache = Cache.in(folder);
        assertEquals(
                "numbers, after 300 rows",
                assertThrows(
                                CancellationException.class,
                                () -> cache.rows(manager, "numbers", 400, slow))
                        .getMessage());
        assertFalse(Thread.interrupted());
        assertEquals(1, files().size());
        int before = made.size();
        rows(400, "").close();
        assertEquals(400 - BLOCK, made.size() - before);
    }

    @Test
    void threadInterruptedBeforeItWritesOrReads_stops() throws IOException {
        RowMaker slow =
                new Numbers("") {
                    @Override
                    public NDArray make(NDManager memory, int from, int to) {
                        NDArray rows = super.make(memory, from, to);
                        Thread.currentThread().interrupt();
                        return rows;
                    }
                };
        Cache cache = Cache.in(folder);
        assertThrows(CancellationException.class, () -> cache.rows(manager, "numbers", 9, slow));
        assertFalse(Thread.interrupted());
        assertEquals(List.of(), files());
        rows(9, "").close();
        Thread.currentThread().interrupt();
        assertThrows(CancellationException.class, () -> rows(9, ""));
        assertFalse(Thread.interrupted());
        assertEquals(18, made.size());
    }

    @Test
    void interruptedEncoding_stops() {
        List<CaptionedImage> pictures = SmallModels.pictures(2);
        Thread.currentThread().interrupt();
        assertThrows(
                CancellationException.class,
                () ->
                        LatentSet.encode(
                                manager, MODEL.vae(), pictures, Cache.NONE, RowListener.NONE));
        Thread.currentThread().interrupt();
        assertThrows(
                CancellationException.class,
                () -> new TextStates(manager, (memory, texts) -> null, List.of("a")));
    }

    @Test
    void interruptedThread_stillReads() throws IOException {
        Rows rows = rows(300, "");
        Thread.currentThread().interrupt();
        float[] read = get(rows, 299);
        assertTrue(Thread.interrupted());
        assertArrayEquals(new float[] {299, 299f / 3}, read);
    }

    @Test
    void vanishedFile_isNamed() throws IOException {
        Rows rows = rows(3, "");
        Path file = files().get(0);
        Files.delete(file);
        assertTrue(
                assertThrows(ModelFileException.class, () -> get(rows, 1))
                        .getMessage()
                        .startsWith(file + ": cannot be read ("));
    }

    @Test
    void latents_areTheSameWithAndWithoutACache() throws IOException {
        List<CaptionedImage> pictures = SmallModels.pictures(300);
        long[] all = IntStream.range(0, 300).mapToLong(i -> i).toArray();
        int before = manager.getManagedArrays().size();
        float[] direct;
        try (LatentSet set =
                LatentSet.encode(manager, MODEL.vae(), pictures, Cache.NONE, RowListener.NONE)) {
            direct = values(set, all);
        }
        Cache cache = Cache.in(folder);
        for (int run = 0; run < 2; run++) {
            try (LatentSet set =
                    LatentSet.encode(manager, MODEL.vae(), pictures, cache, count -> {})) {
                assertArrayEquals(direct, values(set, all));
                assertThrows(
                        IllegalArgumentException.class,
                        () -> set.latents(manager, new long[] {300}));
            }
        }
        assertEquals(before, manager.getManagedArrays().size());
        assertEquals(2, files().size());
    }

    @Test
    void latentsKey_isOfPixelsAndWeights() throws IOException {
        Cache cache = Cache.in(folder);
        List<CaptionedImage> pictures = new ArrayList<>(SmallModels.pictures(2));
        LatentSet.encode(manager, MODEL.vae(), pictures, cache, count -> {});
        LatentSet.encode(manager, MODEL.vae(), SmallModels.pictures(2), cache, count -> {});
        assertEquals(1, files().size(), "the same pixels");
        pictures.get(1).image().setRGB(3, 3, 0x123456);
        LatentSet.encode(manager, MODEL.vae(), pictures, cache, count -> {});
        assertEquals(2, files().size(), "other pixels");
        AutoencoderKl other = MODEL.vae().copy(manager);
        LatentSet.encode(manager, other, pictures, cache, count -> {});
        assertEquals(2, files().size(), "the same weights");
        other.parameters().get("quant_conv.bias").addi(1e-3f);
        LatentSet.encode(manager, other, pictures, cache, count -> {});
        assertEquals(3, files().size(), "other weights");
    }

    @Test
    void textStates_areTheSameWithAndWithoutACache() throws IOException {
        Cache cache = Cache.in(folder);
        List<String> captions = List.of("a red house", "", "a boat");
        TextStates.Encoder encoder = (memory, prompts) -> MODEL.encode(memory, prompts, 1);
        TextStates.Encoder none =
                (memory, prompts) -> {
                    throw new AssertionError("is encoded already");
                };
        String key = TextStates.key(MODEL.tokenizer(), MODEL.textEncoder(), 1);
        TextStates direct = new TextStates(manager, encoder, captions);
        TextStates first = new TextStates(manager, encoder, captions, cache, () -> key, made::add);
        TextStates second = new TextStates(manager, none, captions, cache, () -> key, made::add);
        List<String> asked = List.of("a boat", "a red house", "a boat", "");
        NDArray expected = direct.of(manager, asked);
        assertEquals(new Shape(4, 77, 16), expected.getShape());
        assertEquals(expected, first.of(manager, asked));
        assertEquals(expected, second.of(manager, asked));
        try (StableDiffusion other = SmallModels.styled("a")) {
            assertEquals(key, TextStates.key(other.tokenizer(), other.textEncoder(), 1));
            other.textEncoder().parameters().values().iterator().next().addi(1);
            assertNotEquals(key, TextStates.key(other.tokenizer(), other.textEncoder(), 1));
        }
    }

    private float[] values(LatentSet set, long[] rows) {
        try (NDManager memory = manager.newSubManager()) {
            return set.latents(memory, rows).toFloatArray();
        }
    }

    private Rows rows(int count, String key) throws IOException {
        return Cache.in(folder).rows(manager, "numbers", count, new Numbers(key));
    }

    private float[] get(Rows rows, long... numbers) {
        try (NDManager memory = manager.newSubManager()) {
            return rows.get(memory, numbers).toFloatArray();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    /** Row i is (i, i / 3). */
    private class Numbers implements RowMaker {
        private final String key;

        Numbers(String key) {
            this.key = key;
        }

        @Override
        public String key(int row) {
            return key + row;
        }

        @Override
        public int atOnce() {
            return BLOCK / 4;
        }

        @Override
        public NDArray make(NDManager memory, int from, int to) {
            float[] values = new float[2 * (to - from)];
            for (int row = from; row < to; row++) {
                made.add(row);
                values[2 * (row - from)] = row;
                values[2 * (row - from) + 1] = row / 3f;
            }
            return memory.create(values, new Shape(to - from, 2));
        }

        @Override
        public void found(int rows) {
            found.add(rows);
        }
    }
}
