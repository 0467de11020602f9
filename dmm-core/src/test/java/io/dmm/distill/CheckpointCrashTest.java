package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.distill.DurableFiles.Failpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Saves that fail at each operation in turn, and processes killed at random moments. */
class CheckpointCrashTest {
    /** Fewer with {@code -Ddmm.kills=5}: a round takes most of a second. */
    private static final int KILLS = Integer.getInteger("dmm.kills", 100);

    private static final int STARTING = 500; // milliseconds in which a child opens the folder
    private static final int SAVING = 30; // milliseconds that a save takes at most, mostly
    private static final int MOST_SAVES = 10;

    @TempDir Path temporary;

    /**
     * @param dead whether all later operations fail, too, as if the process had died
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void failureAtAnyOperation_leavesACompleteNewest(boolean dead) throws IOException {
        int failAt = 0;
        boolean reached = true;
        while (reached) {
            Path folder = temporary.resolve("at" + failAt);
            FailingAt failing = new FailingAt(failAt, dead);
            boolean saved = saveThree(folder, failing);
            reached = failing.passed > failAt;
            checkAfterwards(folder, saved, failing.toString());
            failAt++;
        }
        assertEquals(20, failAt, "19 operations, and once none");
    }

    private static final class FailingAt implements Failpoint {
        private final int failAt;
        private final boolean dead;
        private int passed = -1000; // far from failing until armed
        private String last = "none";

        FailingAt(int failAt, boolean dead) {
            this.failAt = failAt;
            this.dead = dead;
        }

        void arm() {
            passed = 0;
        }

        @Override
        public void pass(DurableFiles.Operation operation, Path path) throws IOException {
            int now = passed++;
            if (now == failAt || (dead && now > failAt)) {
                last = now == failAt ? operation + " " + path : last;
                throw new IOException("failed on purpose");
            }
        }

        @Override
        public String toString() {
            return "failed at " + failAt + ": " + last;
        }
    }

    /** Saves 10, 20 and 30, the last of which may fail; 10 goes when 30 is there. */
    private static boolean saveThree(Path folder, FailingAt failing) {
        try (CheckpointStore store =
                CheckpointStore.open(folder, 2, SavedFiles.CONFIGURATION, failing)) {
            store.saveFiles(10, SavedFiles.of("step 10"));
            store.saveFiles(20, SavedFiles.of("step 20"));
            failing.arm();
            store.saveFiles(30, SavedFiles.of("step 30"));
            return true;
        } catch (UncheckedIOException e) {
            assertTrue(e.getMessage().contains("failed on purpose"), e.getMessage());
            return false;
        }
    }

    private static void checkAfterwards(Path folder, boolean saved, String failure)
            throws IOException {
        try (CheckpointStore store = CheckpointStore.open(folder, 2, SavedFiles.CONFIGURATION)) {
            StoredCheckpoint newest = store.newest().orElseThrow();
            assertTrue(newest.step() == 30 || (newest.step() == 20 && !saved), failure);
            assertEquals("step " + newest.step(), SavedFiles.read(newest), failure);
            assertTrue(
                    SavedFiles.list(folder).stream().noneMatch(name -> name.contains("tmp")),
                    failure);
            store.saveFiles(40, SavedFiles.of("step 40"));
            assertEquals(40, store.newest().orElseThrow().step(), failure);
            assertEquals(3, SavedFiles.list(folder).size(), failure); // two and the lock
        }
    }

    @Test
    @Timeout(value = 900, unit = TimeUnit.SECONDS)
    void killedProcesses_leaveWhatTheyReportedSaved() throws Exception {
        Path folder = temporary.resolve("run");
        Random random = new Random(5);
        long reported = 0;
        for (int round = 0; round < KILLS; round++) {
            Path output = temporary.resolve("output" + round);
            Process child = start(folder, output);
            int saves = random.nextInt(MOST_SAVES);
            awaitLines(child, output, 1 + saves);
            Thread.sleep(random.nextInt(saves == 0 ? STARTING : SAVING));
            child.destroyForcibly().waitFor();
            reported = Math.max(reported, lastSaved(output));
            try (CheckpointStore store = open(folder)) {
                Optional<StoredCheckpoint> newest = store.newest();
                long step = newest.map(StoredCheckpoint::step).orElse(0L);
                assertTrue(step == reported || step == reported + 1, step + " of " + reported);
                if (newest.isPresent()) {
                    assertEquals(CheckpointChild.text(step), SavedFiles.read(newest.get()));
                }
                reported = step;
            }
        }
        assertTrue(reported > KILLS, reported + " saved in " + KILLS + " rounds");
    }

    @Test
    void folderOfARunningProcess_isRefusedUntilItDies() throws Exception {
        Path folder = temporary.resolve("run");
        Path output = temporary.resolve("output");
        Process child = start(folder, output);
        try {
            awaitLines(child, output, 3);
            IllegalStateException refusal =
                    assertThrows(IllegalStateException.class, () -> open(folder));
            assertTrue(
                    refusal.getMessage().startsWith(folder + ": another run"),
                    refusal.getMessage());
            awaitLines(child, output, 6); // it was not disturbed
        } finally {
            child.destroyForcibly().waitFor();
        }
        open(folder).close();
        assertFalse(drafts(folder));
    }

    private static CheckpointStore open(Path folder) {
        return CheckpointStore.open(folder, 2, SavedFiles.CONFIGURATION);
    }

    private static Process start(Path folder, Path output) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(CheckpointChild.class.getName(), folder.toString()));
        Files.createFile(output);
        return new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** The first line says that the child has started, each later one that it has saved. */
    private static void awaitLines(Process child, Path output, int count) throws Exception {
        while (Files.readString(output).lines().count() < count) {
            assertTrue(child.isAlive(), "the child ended");
            Thread.sleep(2);
        }
    }

    /** The last step that the child said, in a whole line, to have saved. */
    private static long lastSaved(Path output) throws IOException {
        String text = Files.readString(output);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        return whole.lines()
                .filter(line -> line.startsWith("saved "))
                .mapToLong(line -> Long.parseLong(line.substring("saved ".length())))
                .max()
                .orElse(0);
    }

    private static boolean drafts(Path folder) throws IOException {
        return SavedFiles.list(folder).stream().anyMatch(name -> name.contains(".tmp-"));
    }
}
