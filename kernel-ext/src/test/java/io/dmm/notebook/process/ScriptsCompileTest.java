package io.dmm.notebook.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compiles every script of the repository against the library, without doing its job. */
class ScriptsCompileTest {
    private static final Path STARTUP = PythonCheck.ROOT.resolve("notebooks/startup.jsh");
    private static final List<String> FOLDERS =
            List.of(
                    "notebooks",
                    "notebooks/experiments",
                    "dmm-core/benchmark",
                    "dmm-core/src/test/reference");

    /** Of jshell's own DEFAULT, which this interface of it does not read. */
    private static final String JSHELL_IMPORTS =
            """
            import java.io.*;
            import java.math.*;
            import java.net.*;
            import java.util.regex.*;
            """;

    /** Stands before the imported one. */
    private static final String NO_JOB =
            """
            class Batch {
                static int run(io.dmm.batch.Batch.Job job) { return 0; }
                static List<String> arguments() { return List.of(); }
            }
            """;

    static List<Path> scripts() throws IOException {
        List<Path> scripts = new ArrayList<>();
        for (String folder : FOLDERS) {
            try (Stream<Path> files = Files.list(PythonCheck.ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".jsh"))
                        .filter(file -> !file.equals(STARTUP))
                        .sorted()
                        .forEach(scripts::add);
            }
        }
        return scripts;
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void script_compiles(Path script) throws IOException {
        try (JShell shell = JShell.builder().executionEngine("local").build()) {
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                shell.addToClasspath(entry);
            }
            evaluate(shell, JSHELL_IMPORTS + Files.readString(STARTUP));
            evaluate(shell, NO_JOB);
            String source = Files.readString(script).strip();
            assertTrue(source.endsWith("\n/exit rc"), script + " does not end in /exit rc");
            evaluate(shell, source.substring(0, source.lastIndexOf('\n')));
            shell.snippets()
                    .filter(snippet -> shell.status(snippet) != Snippet.Status.OVERWRITTEN)
                    .forEach(snippet -> assertValid(shell, snippet));
        }
    }

    private static void evaluate(JShell shell, String source) {
        String rest = source;
        while (!rest.isBlank()) {
            SourceCodeAnalysis.CompletionInfo next =
                    shell.sourceCodeAnalysis().analyzeCompletion(rest);
            assertTrue(next.completeness().isComplete(), rest);
            for (SnippetEvent event : shell.eval(next.source())) {
                assertNull(event.exception(), next::source);
                if (event.status() == Snippet.Status.REJECTED) {
                    assertValid(shell, event.snippet());
                }
            }
            rest = next.remaining();
        }
    }

    /** A method may name one that stands below it: it is valid once all are there. */
    private static void assertValid(JShell shell, Snippet snippet) {
        List<String> unresolved =
                snippet instanceof DeclarationSnippet declaration
                        ? shell.unresolvedDependencies(declaration).toList()
                        : List.of();
        List<String> errors =
                shell.diagnostics(snippet)
                        .map(diagnostic -> diagnostic.getMessage(Locale.ROOT))
                        .toList();
        assertEquals(
                Snippet.Status.VALID,
                shell.status(snippet),
                () -> snippet.source() + "\n" + errors + unresolved);
    }
}
