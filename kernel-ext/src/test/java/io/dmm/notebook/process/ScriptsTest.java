package io.dmm.notebook.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.pipeline.PngParameters;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.sampler.Sampler;
import io.dmm.tinyworld.TinyWorld;
import io.dmm.weights.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example scripts and others, started by notebooks/run. */
class ScriptsTest {
    private static final Path LAUNCHER = PythonCheck.ROOT.resolve("notebooks/run");

    @TempDir private Path folder;

    private Path prompts;
    private String classPath = System.getProperty("java.class.path");
    private String heap = "";

    @BeforeEach
    void writePrompts() throws IOException {
        prompts = folder.resolve("two prompts.txt");
        Files.writeString(prompts, "a red house by the sea\n\na purple cat on a meadow\n");
    }

    @Test
    void mergedModel_isExtendedAndDrawn() throws Exception {
        Path merged = folder.resolve("merged");
        Path extended = folder.resolve("extended");
        run(0, "merge", "tinyworld", prompts, merged, "ink", "a/b=" + expert("glass"), "--steps=1");
        assertEquals(
                extended.resolve("model") + ": [ink, a/b, a*b]",
                run(
                        0,
                        "extend",
                        merged.resolve("model"),
                        "tinyworld",
                        prompts,
                        extended,
                        "a*b=" + expert("chalk"),
                        "--steps=1"));
        Files.writeString(prompts, "a red house by the sea\n".repeat(20) + "\na purple cat\n");
        Path sheets = folder.resolve("sheets");
        Path model = extended.resolve("model");
        run(
                0,
                "sheet",
                model,
                prompts,
                sheets,
                "--images=1",
                "--steps=1",
                "--seed=3812345678",
                "--guidance=7.5",
                "--negative=fog, rain",
                "--sampler=Euler a",
                "--size=64x68",
                "--clip-skip=2");
        Map<String, String> styles = Map.of("ink", "ink", "a_b", "a/b", "a_b (2)", "a*b");
        for (String name : styles.keySet()) {
            assertTrue(height(sheets.resolve(name + ".png")) > 20 * 192);
            assertTrue(height(sheets.resolve(name + ".2.png")) < 2 * 192);
            var picture =
                    PngParameters.read(sheets.resolve(name).resolve("021-seed-3812345678.png"));
            assertEquals("a purple cat", picture.prompt());
            assertEquals("fog, rain", picture.negativePrompt());
            assertEquals(Sampler.EULER_A, picture.sampler());
            assertEquals(68, picture.height());
            assertEquals(2, picture.clipSkip());
            assertEquals(styles.get(name) + ":1.0", picture.style().orElseThrow().toString());
        }
    }

    /** The settings for models like SD 1.5, which a base in a folder gets, on small ones. */
    @Test
    void fiveExpertsOfABaseInAFolder_areMerged() throws Exception {
        Path out = folder.resolve("merged");
        List<Object> arguments = new ArrayList<>();
        arguments.addAll(List.of("merge", expert("base"), prompts, out, "--steps=1"));
        for (String name : List.of("business", "ink", "pixel", "scenery", "glass")) {
            arguments.add(name + "=" + expert(name));
        }
        assertEquals(
                out.resolve("model") + ": [business, ink, pixel, scenery, glass]",
                run(0, arguments.toArray()));
    }

    @Test
    void singleFile_isDrawnWithTheDonorsTokenizer() throws Exception {
        Path file = folder.resolve("base.safetensors");
        try (StableDiffusion base = TinyWorld.open().base()) {
            base.save(file, DType.F16, Map.of());
        }
        Path sheets = folder.resolve("sheets");
        Object donor = "--donor=" + expert("base");
        run(0, "sheet", file, prompts, sheets, "--images=1", "--steps=1", donor);
        assertTrue(Files.exists(sheets.resolve("plain.png")));
    }

    @Test
    void stylesOfAMergedModel_areMeasured() throws Exception {
        Path merged = folder.resolve("merged");
        run(0, "merge", "tinyworld", prompts, merged, "ink", "pixel", "--steps=1");
        Path out = folder.resolve("fid");
        String said =
                run(
                        0,
                        "evaluate",
                        merged.resolve("model"),
                        "tinyworld",
                        prompts,
                        "tinyworld",
                        out,
                        "ink",
                        "pixel",
                        "--steps=2",
                        "--negative=fog");
        assertTrue(said.startsWith(out.resolve("fid.txt") + ": FIDt "), said);
        String figures = Files.readString(out.resolve("fid.txt"));
        assertTrue(figures.contains("FID of styles and experts"), figures);
        assertTrue(height(out.resolve("fid.png")) > 0);
        assertTrue(height(out.resolve("reference.png")) > 0);
    }

    private static Path expert(String name) {
        return TinyWorld.open().experts().get(0).path().resolveSibling(name);
    }

    private static int height(Path picture) throws IOException {
        return ImageIO.read(picture.toFile()).getHeight();
    }

    @Test
    void wrongUsage_isOneSentence() throws Exception {
        assertEquals(
                "error: usage: notebooks/run merge BASE CAPTIONS FOLDER NAME=EXPERT NAME=EXPERT ..."
                        + " [--steps=20000] [--donor=FOLDER]",
                run(1, "merge", "tinyworld"));
        String usage = run(1, "sheet", "model");
        assertTrue(usage.startsWith("error: usage: notebooks/run sheet MODEL"), usage);
        assertTrue(usage.endsWith("[--clip-skip=1] [--donor=FOLDER]"), usage);
        assertTrue(run(1, "evaluate", "model").startsWith("error: usage: notebooks/run evaluate"));
    }

    @Test
    void informationOfThisLibrary_isPrintedAndDjlsIsNot() throws Exception {
        String log = "org.slf4j.LoggerFactory.getLogger(\"%s.Any\").info(\"of %s\");\n";
        String lines = log.formatted("io.dmm.distill", "a run") + log.formatted("ai.djl", "DJL");
        assertEquals("INFO: of a run", run(86, script(lines)));
    }

    @Test
    void scriptWithoutExit_ends86() throws Exception {
        assertEquals("to the end", run(86, script("System.out.println(\"to the end\");")));
    }

    @Test
    void scriptThatDoesNotCompile_ends70() throws Exception {
        Path script = script("int rc = 70;\nrc = Batch.run(() -> merge(base));\n/exit rc");
        run(70, script);
    }

    @Test
    void methodThatDoesNotCompile_isNamed() throws Exception {
        Path script =
                script(
                        "void job() { merge(undeclared); }\n"
                                + "int rc = 70;\nrc = Batch.run(() -> job());\n/exit rc");
        String err = run(70, script);
        assertTrue(err.contains("error: script: job() uses a name that is not declared"), err);
    }

    @Test
    void missingScript_isTheLaunchersFailure() throws Exception {
        String said = run(2, "no-such-script");
        assertTrue(said.startsWith("notebooks/run: no script 'no-such-script'"), said);
    }

    @Test
    void usage_namesEveryScript() throws Exception {
        String usage = run(0, "--help");
        try (Stream<Path> files = Files.list(LAUNCHER.getParent())) {
            List<String> unnamed =
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".jsh") && !name.equals("startup.jsh"))
                            .map(name -> " " + name.replace(".jsh", "") + " |")
                            .filter(name -> !usage.contains(name))
                            .toList();
            assertEquals(List.of(), unnamed);
        }
    }

    @Test
    void arguments_reachTheScriptAsTheyAre() throws Exception {
        Path script = script("System.out.println(Batch.arguments());");
        assertEquals("[a b, , *, $HOME, ]", run(86, script, "a b", "", "*", "$HOME", ""));
        String said = run(2, script, "two\nlines");
        assertEquals("notebooks/run: expected arguments of one line each", said);
    }

    @Test
    void heap_isTheOneAskedFor() throws Exception {
        Path script = script("System.out.println(Runtime.getRuntime().maxMemory() >> 20);");
        assertEquals("2048", run(86, script));
        heap = "512m";
        assertEquals("512", run(86, script));
    }

    @Test
    void missingEntryOfTheClassPath_isNamed() throws Exception {
        classPath = folder.resolve("not-built.jar").toString();
        String said = run(2, "sheet");
        assertTrue(said.startsWith("notebooks/run: DMM_CLASS_PATH: " + classPath), said);
    }

    private Path script(String lines) throws IOException {
        return Files.writeString(folder.resolve("my script.jsh"), lines + "\n");
    }

    /**
     * Starts notebooks/run with what is being tested, checks its exit code, returns its last line.
     */
    private String run(int code, Object... arguments) throws Exception {
        Path log = folder.resolve("run.log");
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("DMM_CLASS_PATH", classPath);
        builder.environment().put("DMM_XMX", heap);
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(2, TimeUnit.MINUTES), "still running");
            List<String> output =
                    Files.readAllLines(log).stream().filter(l -> !l.startsWith("->")).toList();
            assertEquals(code, process.exitValue(), String.join("\n", output));
            return output.isEmpty() ? "" : output.get(output.size() - 1);
        } finally {
            process.destroyForcibly();
        }
    }
}
