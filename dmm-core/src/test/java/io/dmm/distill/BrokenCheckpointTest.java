package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two checkpoints, of which the newer is damaged: the older is taken, and the caller told why. */
class BrokenCheckpointTest {
    private static final String HASH = "\"[0-9a-f]{64}\"";

    @TempDir Path folder;

    private record Damage(String sentence, Action action) {
        @Override
        public String toString() {
            return sentence;
        }
    }

    private interface Action {
        void applyTo(Path checkpoint) throws IOException;
    }

    @BeforeEach
    void saveTwo() {
        try (CheckpointStore store = open()) {
            store.saveFiles(10, SavedFiles.of("ten"));
            store.saveFiles(20, SavedFiles.of("twenty"));
        }
    }

    private static Stream<Damage> damages() {
        return Stream.of(
                file("data.bin: is truncated, expected 6 bytes but was 5", "twent"),
                file("data.bin: is too long, expected 6 bytes but was 7", "twenty!"),
                file("data.bin: has changed since it was written, expected SHA-256 ", "twentY"),
                new Damage(
                        "data.bin: is missing; the checkpoint is incomplete",
                        checkpoint -> Files.delete(checkpoint.resolve("data.bin"))),
                new Damage(
                        "data.bin: is missing; the checkpoint is incomplete",
                        checkpoint -> {
                            Files.delete(checkpoint.resolve("data.bin"));
                            Files.createDirectory(checkpoint.resolve("data.bin"));
                        }),
                new Damage(
                        "run.json: has changed since it was written",
                        checkpoint -> edit(checkpoint.resolve("run.json"), "\"8\"", "\"9\"")),
                new Damage(
                        "manifest.json: is missing; the checkpoint is incomplete",
                        checkpoint -> Files.delete(checkpoint.resolve("manifest.json"))),
                new Damage(
                        "manifest.json: is too long, expected at most 1048576 bytes of JSON but was",
                        checkpoint ->
                                Files.writeString(
                                        checkpoint.resolve("manifest.json"),
                                        " ".repeat(1 << 20),
                                        StandardOpenOption.APPEND)),
                manifest("is not valid JSON", "\"files\"", "files"),
                manifest("is not valid JSON (Duplicate field 'step')", "\"files\"", "\"step\""),
                manifest("is not valid JSON", "(?s)\"step\".*", "[".repeat(2000)),
                manifest("is not a JSON object; the file is damaged", "(?s).*", "[1]"),
                manifest("is not a JSON object; the file is damaged", "(?s).*", ""),
                manifest("'format', expected 2 but was 1; another version", "at\" : 2", "at\" : 1"),
                manifest("'format', expected 2 but was ; another", "\"format\" : 2,", ""),
                manifest("; the file is damaged", "\"step\" : 20,", ""),
                manifest("; the file is damaged", "\"step\" : 20", "\"step\" : 20.5"),
                manifest("; the file is damaged", "\"step\" : 20", "\"step\" : " + "9".repeat(30)),
                manifest("; the file is damaged", "\"files\"", "\"flies\""),
                manifest("; the file is damaged", "\"files\" : \\{", "\"files\" : null, \"x\" : {"),
                manifest("files, expected plain names", "data.bin", "../step-00000010/data.bin"),
                manifest("files, expected plain names", "data.bin", "/etc/passwd"),
                manifest("files, expected plain names", "data.bin", ".."),
                manifest("files, expected plain names", "data.bin", "a\\\\\\\\b"),
                manifest("files, expected plain names", "data.bin", ""),
                manifest("files, expected plain names", "\"data.bin\"", "\"a\" : null, \"b\""),
                manifest(
                        "expected a size and 64 hexadecimal digits",
                        "\"bytes\" : 6",
                        "\"bytes\" : -6"),
                manifest(
                        "expected a size and 64 hexadecimal digits",
                        "256\" : " + HASH,
                        "256\" : \"0\""),
                manifest(
                        "files, expected run.json among them but was [data.bin, ran.json]",
                        "run.json",
                        "ran.json"),
                manifest(
                        "expected the manifest of step 20 but was of 21; the folder was renamed",
                        "\"step\" : 20",
                        "\"step\" : 21"));
    }

    private static Damage file(String sentence, String content) {
        return new Damage(
                sentence, checkpoint -> Files.writeString(checkpoint.resolve("data.bin"), content));
    }

    private static Damage manifest(String sentence, String pattern, String replacement) {
        return new Damage(
                sentence,
                checkpoint -> edit(checkpoint.resolve("manifest.json"), pattern, replacement));
    }

    private static void edit(Path file, String pattern, String replacement) throws IOException {
        String before = Files.readString(file);
        String after = before.replaceFirst(pattern, replacement);
        assertTrue(!after.equals(before), before);
        Files.writeString(file, after);
    }

    @ParameterizedTest
    @MethodSource("damages")
    void damagedCheckpoint_isSkippedWithOneSentence(Damage damage) throws IOException {
        damage.action.applyTo(folder.resolve("step-00000020"));
        try (CheckpointStore store = open()) {
            StoredCheckpoint newest = store.newest().orElseThrow();
            assertEquals(10, newest.step());
            assertEquals("ten", SavedFiles.read(newest));
            Path broken = folder.resolve("step-00000020");
            String sentence =
                    assertThrows(
                                    ModelFileException.class,
                                    () -> StoredCheckpoint.verify(broken, 20))
                            .getMessage();
            assertTrue(sentence.startsWith(broken.toString()), sentence);
            assertTrue(sentence.contains(damage.sentence), sentence);
            assertEquals(1, sentence.lines().count(), sentence);
            assertTrue(sentence.length() < 400 + folder.toString().length(), sentence);
        }
    }

    @Test
    void onlyBrokenCheckpoints_endTheRun() throws IOException {
        for (String name : List.of("step-00000010", "step-00000020")) {
            Files.delete(folder.resolve(name).resolve("manifest.json"));
        }
        try (CheckpointStore store = open()) {
            assertEquals(
                    folder
                            + ": expected a checkpoint to resume from but all 2 are broken, the"
                            + " newest thus: "
                            + folder.resolve("step-00000020/manifest.json")
                            + ": is missing; the checkpoint is incomplete",
                    assertThrows(ModelFileException.class, store::newest).getMessage());
        }
    }

    @Test
    void everyFlippedByte_isNoticed() throws IOException {
        Path checkpoint = folder.resolve("step-00000020");
        for (String name : List.of("data.bin", "run.json", "manifest.json")) {
            byte[] sound = Files.readAllBytes(checkpoint.resolve(name));
            for (int i = 0; i < sound.length; i++) {
                byte[] damaged = sound.clone();
                damaged[i] ^= 1;
                Files.write(checkpoint.resolve(name), damaged);
                assertThrows(
                        ModelFileException.class, () -> StoredCheckpoint.verify(checkpoint, 20));
            }
            Files.write(checkpoint.resolve(name), sound);
        }
        StoredCheckpoint.verify(checkpoint, 20);
    }

    private CheckpointStore open() {
        return CheckpointStore.open(folder, 2, SavedFiles.CONFIGURATION);
    }
}
