package io.dmm.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.Expert;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tinyworld.TinyWorld;
import io.dmm.weights.DType;
import io.dmm.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeJobTest {
    @TempDir private Path folder;

    @Test
    void merging_readsBaseCaptionsFolderAndExperts() throws IOException {
        MergeJob job = merging("tinyworld", "tinyworld", out(), "ink", "--steps=200", "pixel");
        assertEquals(List.of("ink", "pixel"), names(job));
        assertEquals(200, job.steps());
        assertNull(job.merged());
        assertEquals(List.of(), job.prompts());
    }

    @Test
    void extending_readsTheMergedModelFirst() {
        MergeJob job =
                MergeJob.extending(List.of("merged", "tinyworld", "tinyworld", out(), "glass"));
        assertEquals(Path.of("merged"), job.merged());
        assertEquals(List.of("glass"), names(job));
        assertEquals(20_000, job.steps());
    }

    @Test
    void singleFileBase_takesItsTokenizerFromTheDonor() {
        Path file = folder.resolve("base.safetensors");
        try (StableDiffusion base = TinyWorld.open().base()) {
            base.save(file, DType.F16, Map.of());
        }
        Path ink = TinyWorld.open().experts().get(0).path();
        Path world = ink.resolveSibling("base");
        List<String> words = List.of(file.toString(), "c", out(), "a=" + ink, "b=" + ink);
        List<String> all = new ArrayList<>(words);
        all.add("--donor=" + world);
        MergeJob job = MergeJob.merging(all);
        try (StableDiffusion base = job.openBase()) {
            assertEquals(64, base.imageSize());
        }
        MergeJob without = MergeJob.merging(words);
        assertThrows(ModelFileException.class, without::openBase);
    }

    @Test
    void expert_isNamedBeforeTheFirstEqualsSign() throws IOException {
        Path source = TinyWorld.open().experts().get(0).path();
        Path path = Files.createSymbolicLink(folder.resolve("a=b"), source);
        MergeJob job = merging("tinyworld", "tinyworld", out(), "ink", "mine=" + path);
        assertEquals(List.of("ink", "mine"), names(job));
        assertEquals(path, job.experts().get(1).path());
    }

    @Test
    void unnamedExpert_isRefused_whereItIsNotEmbedded() {
        assertTrue(
                refused("tinyworld", "tinyworld", out(), "ink", "pen")
                        .startsWith("'pen': expected NAME=EXPERT; usage: notebooks/run merge "));
        assertTrue(refused("base", "c", out(), "ink", "pixel").startsWith("'ink': expected NAME="));
    }

    @Test
    void tooFewArguments_areToldTheUsage() {
        assertTrue(refused("tinyworld", "tinyworld", out(), "ink").startsWith("usage: "));
        IllegalArgumentException none =
                assertThrows(IllegalArgumentException.class, () -> MergeJob.extending(List.of()));
        assertTrue(none.getMessage().startsWith("usage: notebooks/run extend MERGED "));
    }

    @Test
    void wrongOption_isNamed() {
        Map<String, String> wrong =
                Map.of(
                        "--steps=0", "--steps=0: expected a whole number of at least 1",
                        "--steps=many", "--steps=many: expected a whole number of at least 1",
                        "--step=5", "'--step=5': expected another option; usage: ",
                        "--steps", "'--steps': expected another option; usage: ",
                        "--donor=", "--donor=: expected a path");
        wrong.forEach(
                (option, expected) -> {
                    String message =
                            refused("tinyworld", "tinyworld", out(), "ink", "pixel", option);
                    assertTrue(message.startsWith(expected), message);
                });
    }

    @Test
    void folderWithAModel_isRefused() throws IOException {
        Files.createDirectories(Path.of(out(), "model"));
        assertEquals(
                out()
                        + ": expected a new folder but it has a model; name another, or move model/"
                        + " away to take more steps in it",
                refused("tinyworld", "tinyworld", out(), "ink", "pixel"));
        Files.delete(Path.of(out(), "model"));
        Files.createFile(Path.of(out(), "model_index.json"));
        assertEquals(
                out() + ": expected a new folder but it has a model; name another",
                refused("tinyworld", "tinyworld", out(), "ink", "pixel"));
    }

    @Test
    void prompts_areTheLinesOfAFile_thatAreNotBlank() throws IOException {
        Path file = Files.writeString(folder.resolve("prompts.txt"), "a cat\n\n  \na dog\n");
        MergeJob job = merging("tinyworld", file.toString(), out(), "ink", "pixel");
        assertEquals(List.of("a cat", "a dog"), job.prompts());
        Files.writeString(file, "\n");
        assertThrows(IllegalArgumentException.class, job::prompts);
    }

    @Test
    void fewPictures_makeASmallBatch() {
        assertEquals(1, MergeJob.parts(5));
        assertEquals(2, MergeJob.parts(20));
        assertEquals(4, MergeJob.parts(1200));
    }

    private String out() {
        return folder.resolve("out").toString();
    }

    private static List<String> names(MergeJob job) {
        return job.experts().stream().map(Expert::name).toList();
    }

    private static MergeJob merging(String... arguments) {
        return MergeJob.merging(List.of(arguments));
    }

    private static String refused(String... arguments) {
        return assertThrows(IllegalArgumentException.class, () -> merging(arguments)).getMessage();
    }
}
