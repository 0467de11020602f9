package io.dmm.notebook.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** notebooks/lab in a Python environment where JupyterLab is a module that prints its arguments. */
class LabTest {
    private static final Path NOTEBOOKS = PythonCheck.ROOT.resolve("notebooks");

    @TempDir private Path folder;

    private Path venv;
    private Path kernel;

    @BeforeEach
    void makeEnvironment() throws Exception {
        venv = folder.resolve("some where");
        kernel = venv.resolve("share/jupyter/kernels/dmm-java/kernel.json");
        var python = new ProcessBuilder("python3", "-m", "venv", "--without-pip", venv.toString());
        try {
            assumeTrue(python.start().waitFor() == 0, "python3 has no venv");
        } catch (IOException e) {
            assumeTrue(false, "no python3");
        }
        Files.copy(NOTEBOOKS.resolve("requirements.txt"), venv.resolve("dmm-requirements.txt"));
        Files.writeString(
                folder.resolve("jupyterlab.py"), "import sys; print(*sys.argv[1:], sep='|')");
    }

    @Test
    void settings_areWrittenOnlyWhereTheyDiffer() throws Exception {
        lab(0, "--prepare");
        FileTime before = FileTime.fromMillis(0);
        Files.setLastModifiedTime(kernel, before);
        lab(0, "--prepare");
        assertEquals(before, Files.getLastModifiedTime(kernel));
        String spec = Files.readString(kernel);
        Files.writeString(kernel, "{}");
        lab(0, "--prepare");
        assertEquals(spec, Files.readString(kernel));
    }

    @Test
    void environmentThatCannotBeWritten_isOneSentence() throws Exception {
        Files.createDirectories(kernel.getParent().getParent());
        Files.writeString(kernel.getParent(), "in the way");
        String said = lab(2, "--prepare");
        assertTrue(said.startsWith("notebooks/lab: " + kernel + " cannot be written ("), said);
        assertTrue(said.endsWith("; name a folder for an environment of your own as DMM_VENV"));
    }

    @Test
    void environmentOfSomebodyElse_isRefused() throws Exception {
        Files.delete(venv.resolve("dmm-requirements.txt"));
        assertEquals(
                "notebooks/lab: "
                        + venv
                        + " is not an environment that notebooks/lab has made;"
                        + " name a new folder as DMM_VENV, or remove it",
                lab(2, "--prepare"));
        assertFalse(Files.exists(kernel));
        assertFalse(Files.exists(venv.resolve("install.log")));
    }

    @Test
    void valueOfAnOption_isNotOpened() throws Exception {
        String first = "|--LabApp.default_url=/lab/tree/01-quickstart.ipynb|";
        Files.writeString(folder.resolve("my.pem"), "");
        Files.createDirectory(folder.resolve("certificates"));
        for (List<String> option :
                List.of(
                        List.of("--certfile", "my.pem"),
                        List.of("--certfile", "certificates"),
                        List.of("my.pem"))) {
            String said = lab(0, option.toArray(String[]::new));
            assertTrue(said.endsWith(first + String.join("|", option)), said);
        }
    }

    @Test
    void notebookAndFolder_areOpened() throws Exception {
        Path works = Files.createDirectory(folder.resolve("my works"));
        String notebook = Files.writeString(works.resolve("one.ipynb"), "{}").toString();
        for (String option : List.of("--no-browser", "--debug", "--port=9000")) {
            String said = lab(0, option, notebook);
            String expected = "|--ServerApp.root_dir=%s|%s|%s".formatted(works, option, notebook);
            assertTrue(said.endsWith(expected), said);
        }
        String said = lab(0, "--no-browser", "my works");
        assertTrue(said.endsWith("|--LabApp.default_url=/lab|--no-browser|my works"), said);
    }

    /** Starts notebooks/lab, checks its exit code, returns what it printed. */
    private String lab(int code, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(NOTEBOOKS.resolve("lab").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(folder.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("DMM_CLASS_PATH", System.getProperty("java.class.path"));
        builder.environment().put("DMM_VENV", venv.toString());
        builder.environment().put("PYTHONPATH", folder.toString());
        return Launched.output(builder, folder.resolve("lab.log"), code);
    }
}
