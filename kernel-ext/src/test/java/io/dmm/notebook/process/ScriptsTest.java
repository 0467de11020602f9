package io.dmm.notebook.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.pipeline.PngParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example scripts in processes of their own, as notebooks/run starts them. */
class ScriptsTest {
    private static final Path NOTEBOOKS = PythonCheck.ROOT.resolve("notebooks");

    @TempDir private Path folder;

    private Path prompts;

    @BeforeEach
    void writePrompts() throws IOException {
        prompts = folder.resolve("two prompts.txt");
        Files.writeString(prompts, "a red house by the sea\n\na purple cat on a meadow\n");
    }

    @Test
    void mergedModel_isExtendedAndDrawn() throws Exception {
        Path merged = folder.resolve("merged/model");
        Path extended = folder.resolve("extended/model");
        run(
                0,
                "merge",
                "tinyworld",
                prompts,
                folder.resolve("merged"),
                "ink",
                "pixel",
                "--steps=1");
        assertEquals(
                extended + ": [ink, pixel, scenery]",
                run(
                        0,
                        "extend",
                        merged,
                        "tinyworld",
                        prompts,
                        folder.resolve("extended"),
                        "scenery",
                        "--steps=1"));
        Path sheets = folder.resolve("sheets");
        run(0, "sheet", extended, prompts, sheets, "--images=1", "--steps=1", "--seed=7");
        for (String style : List.of("ink", "pixel", "scenery")) {
            assertTrue(ImageIO.read(sheets.resolve(style + ".png").toFile()).getHeight() > 2 * 192);
            var picture = PngParameters.read(sheets.resolve(style).resolve("002-seed-7.png"));
            assertEquals("a purple cat on a meadow", picture.prompt());
            assertEquals(style + ":1.0", picture.style().orElseThrow().toString());
        }
    }

    @Test
    void wrongUsage_isOneSentence() throws Exception {
        assertEquals(
                "error: usage: notebooks/run merge BASE CAPTIONS FOLDER NAME=EXPERT NAME=EXPERT ..."
                        + " [--steps=20000]",
                run(1, "merge", "tinyworld"));
    }

    /** Checks the exit code and returns the last line. */
    private String run(int code, String script, Object... arguments) throws Exception {
        Path log = folder.resolve(script + ".log");
        List<String> given = new ArrayList<>();
        for (Object argument : arguments) {
            given.add(argument.toString());
        }
        String classPath = System.getProperty("java.class.path");
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/jshell").toString(),
                                "-s",
                                "--execution",
                                "local",
                                "--class-path",
                                classPath,
                                "-J--class-path=" + classPath,
                                "-J-Djava.awt.headless=true",
                                "--startup",
                                "DEFAULT",
                                "--startup",
                                NOTEBOOKS.resolve("startup.jsh").toString(),
                                NOTEBOOKS.resolve(script + ".jsh").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("DMM_ARGS", String.join("\n", given));
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            assertTrue(process.waitFor(2, TimeUnit.MINUTES), "still running");
            List<String> output = Files.readAllLines(log);
            assertEquals(code, process.exitValue(), String.join("\n", output));
            return output.get(output.size() - 1);
        } finally {
            process.destroyForcibly();
        }
    }
}
