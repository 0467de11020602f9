package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.distill.DurableFiles.Failpoint;
import io.dmm.distill.DurableFiles.Operation;
import io.dmm.tensor.Compute;
import io.dmm.tensor.TorchRandom;
import io.dmm.weights.ModelFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays in and out, order of the operations, and what happens to those who share a folder. */
class CheckpointStoreTest {
    @TempDir Path folder;
    private final NDManager manager = Compute.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void arrays_comeBackBitForBit() {
        float[] values = new TorchRandom(1).normal(6);
        values[1] = -0f;
        values[2] = Float.MIN_VALUE;
        Map<String, NDArray> saved =
                Map.of(
                        "weight", manager.create(values, new Shape(2, 3)),
                        "count", manager.create(new long[] {1L << 60, -1}));
        Map<String, NDArray> loaded =
                Map.of(
                        "weight", manager.ones(new Shape(2, 3)),
                        "count", manager.create(new long[2]));
        for (Map<String, NDArray> arrays : List.of(saved, loaded)) {
            arrays.get("weight").setRequiresGradient(true); // as in training
        }
        int before = manager.getManagedArrays().size();
        try (CheckpointStore store = open()) {
            assertTrue(store.newest().isEmpty());
            store.save(7, Map.of("student", saved, "optimizer", Map.of()));
            StoredCheckpoint newest = store.newest().orElseThrow();
            assertEquals(7, newest.step());
            newest.load("student", loaded);
            newest.load("optimizer", Map.of());
        }
        saved.forEach(
                (name, array) ->
                        assertEquals(array.toByteBuffer(), loaded.get(name).toByteBuffer(), name));
        assertEquals(before, manager.getManagedArrays().size());
    }

    @Test
    void partOfOtherNamesOrShapes_isRefusedAndNothingLoaded() {
        try (CheckpointStore store = open()) {
            store.save(1, Map.of("student", Map.of("a", manager.ones(new Shape(2)))));
            StoredCheckpoint newest = store.newest().orElseThrow();
            NDArray a = manager.zeros(new Shape(2));
            Map<String, NDArray> more = Map.of("a", a, "b", manager.zeros(new Shape(1)));
            assertMessage(
                    "expected the 2 tensors of the model but was 1 missing (b (1))",
                    assertThrows(ModelFileException.class, () -> newest.load("student", more)));
            Map<String, NDArray> longer = Map.of("a", manager.zeros(new Shape(3)));
            assertMessage(
                    "1 of another shape (a, expected (3) but was (2))",
                    assertThrows(ModelFileException.class, () -> newest.load("student", longer)));
            assertMessage(
                    "discriminator.safetensors: no such file",
                    assertThrows(
                            ModelFileException.class, () -> newest.load("discriminator", more)));
            assertEquals(0, a.sum().getFloat());
        }
    }

    @Test
    void valueThatIsNotFinite_isNotSaved() throws IOException {
        try (CheckpointStore store = open()) {
            store.saveFiles(1, SavedFiles.of("one"));
            Map<String, NDArray> broken = Map.of("w", manager.create(new float[] {Float.NaN}));
            assertMessage(
                    "checkpoint: student: w: expected finite values but was NaN",
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> store.save(2, Map.of("student", broken))));
            assertEquals(1, store.newest().orElseThrow().step());
            assertEquals(List.of(".lock", "step-00000001"), SavedFiles.list(folder));
        }
    }

    @Test
    void everyByteIsForcedBeforeTheNameThatPromisesIt() {
        List<String> operations = new ArrayList<>();
        Failpoint recording =
                (operation, path) -> {
                    String name = folder.relativize(path).toString();
                    operations.add(operation + " " + name.replaceAll("tmp-[^/]*", "tmp"));
                };
        try (CheckpointStore store =
                CheckpointStore.open(folder, 1, SavedFiles.CONFIGURATION, recording)) {
            store.saveFiles(1, SavedFiles.of("one"));
            operations.clear();
            store.saveFiles(2, SavedFiles.of("two"));
        }
        String draft = "step-00000002.tmp";
        List<String> expected = new ArrayList<>();
        expected.add("MAKE_FOLDER " + draft);
        for (String file : List.of("data.bin", "run.json", "manifest.json")) {
            for (Operation each : List.of(Operation.CREATE, Operation.WRITE, Operation.FORCE)) {
                expected.add(each + " " + draft + "/" + file);
            }
        }
        expected.addAll(List.of("FORCE_FOLDER " + draft, "MOVE step-00000002", "FORCE_FOLDER "));
        expected.addAll(List.of("MOVE step-00000001.tmp", "FORCE_FOLDER "));
        int removal = expected.size();
        assertEquals(expected, operations.subList(0, removal));
        for (String operation : operations.subList(removal, operations.size())) {
            assertTrue(operation.startsWith("DELETE step-00000001.tmp"), operation);
        }
        assertEquals(4, operations.size() - removal);
    }

    @Test
    void newestCheckpoints_stay() throws IOException {
        try (CheckpointStore store = open()) {
            for (long step = 10; step <= 50; step += 10) {
                store.saveFiles(step, SavedFiles.of("step " + step));
            }
        }
        assertEquals(List.of(".lock", "step-00000040", "step-00000050"), SavedFiles.list(folder));
    }

    @Test
    void savingAStepAgain_leavesItAlone_unlessItIsBroken() throws IOException {
        Path data = folder.resolve("step-00000010/data.bin");
        try (CheckpointStore store = open()) {
            store.saveFiles(10, SavedFiles.of("once"));
            store.saveFiles(10, SavedFiles.of("again"));
            assertEquals("once", Files.readString(data));
            Files.writeString(data, "oops");
            store.saveFiles(10, SavedFiles.of("again"));
            assertEquals("again", Files.readString(data));
            assertEquals(10, store.newest().orElseThrow().step());
        }
        assertEquals(List.of(".lock", "step-00000010"), SavedFiles.list(folder));
    }

    @Test
    void brokenOneOfALaterStep_doesNotDriveOutTheOneThatReplacesIt() throws IOException {
        try (CheckpointStore store =
                CheckpointStore.open(folder, 1, SavedFiles.CONFIGURATION, Failpoint.NONE)) {
            store.saveFiles(10, SavedFiles.of("ten"));
            Files.createDirectory(folder.resolve("step-00000099"));
            assertEquals(10, store.newest().orElseThrow().step());
            store.saveFiles(20, SavedFiles.of("twenty"));
            assertEquals(20, store.newest().orElseThrow().step());
        }
        assertEquals(List.of(".lock", "step-00000020", "step-00000099"), SavedFiles.list(folder));
    }

    @Test
    void interruptedThread_savesAndFindsAndStaysInterrupted() throws IOException {
        try (CheckpointStore store = open()) {
            for (long step = 1; step <= 3; step++) {
                Thread.currentThread().interrupt();
                store.save(step, Map.of("student", Map.of("a", manager.ones(new Shape(9)))));
                assertEquals(step, store.newest().orElseThrow().step());
                NDArray loaded = manager.zeros(new Shape(9));
                store.newest().orElseThrow().load("student", Map.of("a", loaded));
                assertTrue(Thread.interrupted());
                assertEquals(9, loaded.sum().getFloat());
            }
        }
    }

    @Test
    void fullDisk_isReportedAndEarlierCheckpointsAreIntact() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        int[] files = {0};
        Failpoint fullAtTheSecond =
                new Failpoint() {
                    @Override
                    public void pass(Operation operation, Path path) {}

                    @Override
                    public FileChannel open(Path file) throws IOException {
                        return ++files[0] > 4
                                ? FileChannel.open(full, StandardOpenOption.WRITE)
                                : Failpoint.super.open(file);
                    }
                };
        try (CheckpointStore store =
                CheckpointStore.open(folder, 2, SavedFiles.CONFIGURATION, fullAtTheSecond)) {
            store.saveFiles(1, SavedFiles.of("one"));
            UncheckedIOException failure =
                    assertThrows(
                            UncheckedIOException.class,
                            () -> store.saveFiles(2, SavedFiles.of("two")));
            assertMessage(
                    folder
                            + "/step-00000002: cannot be written (java.io.IOException: No space"
                            + " left on device), ",
                    failure);
            assertMessage(" MB are free; earlier checkpoints are as they were", failure);
            assertEquals(1, store.newest().orElseThrow().step());
        }
    }

    @Test
    void roomForTheCheckpointsToCome_isAskedFor() throws IOException {
        try (CheckpointStore store = CheckpointStore.open(folder, 2, SavedFiles.CONFIGURATION)) {
            store.saveFiles(0, SavedFiles.of("x".repeat(5_000_000)));
            assertMessage(
                    folder
                            + ": expected room for 2 more checkpoints of 5 MB but 9 MB are free;"
                            + " make room or name another folder",
                    assertThrows(UncheckedIOException.class, () -> store.requireRoom(9_999_999)));
            store.requireRoom(10_100_000);
            store.saveFiles(1, SavedFiles.of("x".repeat(5_000_000)));
            store.requireRoom(5_100_000);
            assertThrows(UncheckedIOException.class, () -> store.requireRoom(4_999_999));
            store.requireRoom(0);
        }
    }

    @Test
    void folderOfARunningRun_isRefused() {
        Supplier<CheckpointStore> again = this::open;
        try (CheckpointStore store = open()) {
            for (int i = 0; i < 2; i++) {
                assertMessage(
                        folder + ": another run is writing its checkpoints here",
                        assertThrows(IllegalStateException.class, again::get));
            }
            store.saveFiles(1, SavedFiles.of("one"));
        }
        try (CheckpointStore store = again.get()) {
            assertEquals(1, store.newest().orElseThrow().step());
        }
    }

    @Test
    void whatIsNoDraft_isLeftAlone() throws IOException {
        List<String> names =
                List.of("metrics.jsonl", "step-1.tmp-x", "step-00000001.tmp-mine", "step-0000000x");
        for (String name : names) {
            Files.createDirectory(folder.resolve(name));
        }
        String draft = "step-00000003.tmp-01234567-89ab-cdef-0123-456789abcdef";
        Files.createDirectory(folder.resolve(draft));
        Files.writeString(folder.resolve(draft).resolve("student.safetensors"), "half");
        try (CheckpointStore store = open()) {
            assertTrue(store.newest().isEmpty());
            assertTrue(SavedFiles.list(folder).containsAll(names));
            assertFalse(SavedFiles.list(folder).contains(draft));
        }
    }

    @Test
    void otherConfiguration_isRefused() {
        try (CheckpointStore store = open()) {
            store.saveFiles(10, SavedFiles.of("ten"));
        }
        Map<RunConfiguration, String> others =
                Map.of(
                        SavedFiles.configuration(
                                Map.of("batch", "16", "seed", "7"), Map.of("ink", "a")),
                        "setting 'batch', expected 16 but was 8; resume",
                        SavedFiles.configuration(Map.of("batch", "8"), Map.of("ink", "a")),
                        "setting 'seed', expected none but was 7; resume",
                        SavedFiles.configuration(
                                Map.of("batch", "8", "seed", "7"), Map.of("ink", "b")),
                        "teacher 'ink', expected b but was a; resume",
                        SavedFiles.configuration(
                                Map.of("batch", "8", "seed", "7"), Map.of("ink", "a", "oil", "c")),
                        "experts, expected [ink, oil] but was [ink]; resume",
                        SavedFiles.configuration(Map.of("batch", "16"), Map.of("ink", "b")),
                        "teacher 'ink', expected b but was a; resume");
        others.forEach(
                (other, message) -> {
                    try (CheckpointStore store = CheckpointStore.open(folder, 2, other)) {
                        assertMessage(
                                "step-00000010: is of another run, " + message,
                                assertThrows(IllegalArgumentException.class, store::newest));
                    }
                });
    }

    @Test
    void keepingNone_isRefused() {
        assertMessage(
                "checkpoints: kept, expected at least 1 but was 0",
                assertThrows(
                        IllegalArgumentException.class,
                        () -> CheckpointStore.open(folder, 0, SavedFiles.CONFIGURATION)));
    }

    private CheckpointStore open() {
        return CheckpointStore.open(folder, 2, SavedFiles.CONFIGURATION);
    }

    private static void assertMessage(String part, Throwable failure) {
        assertTrue(failure.getMessage().contains(part), failure.getMessage());
    }
}
