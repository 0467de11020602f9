package io.dmm.notebook.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every tutorial, executed top to bottom by the real kernel. */
class NotebooksTest {
    private static final Path NOTEBOOKS = PythonCheck.ROOT.resolve("notebooks");

    static List<String> notebooks() throws IOException {
        try (Stream<Path> files = Files.list(NOTEBOOKS)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".ipynb"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void notebook_runsTopToBottom(String notebook) throws Exception {
        PythonCheck.run("notebook_check.py", NOTEBOOKS.resolve(notebook).toString());
    }
}
