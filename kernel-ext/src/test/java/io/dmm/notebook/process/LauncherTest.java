package io.dmm.notebook.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the launchers build, in a checkout without sources whose Java and Maven are a few lines. */
class LauncherTest {
    private static final String MAVEN =
            """
            root=$(cd "$(dirname "$0")/.." && pwd)
            echo new >"$root/kernel-ext/target/ours.jar"
            printf '%s' "$root home/lib-1.jar" >"$root/kernel-ext/target/dependencies.classpath"
            """;

    /** What the launchers call on macOS, too. */
    private static final String TOOLS =
            "bash cat cp dirname env find locale mkdir mv readlink rm sed sleep touch";

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private Path root;
    private Path target;

    @BeforeEach
    void makeCheckout() throws IOException {
        root = Files.createDirectories(folder.toRealPath().resolve("check out"));
        target = root.resolve("kernel-ext/target");
        Path notebooks = Files.createDirectories(root.resolve("notebooks"));
        for (String name : List.of("run", "build.sh")) {
            Files.copy(
                    PythonCheck.ROOT.resolve("notebooks").resolve(name), notebooks.resolve(name));
        }
        notebooks.resolve("run").toFile().setExecutable(true);
        Files.writeString(root.resolve("pom.xml"), "");
        Path repository = Files.createDirectories(folder.toRealPath().resolve("check out home"));
        Files.writeString(repository.resolve("lib-1.jar"), "a dependency");
        Files.createDirectories(root.resolve("bin"));
        command("java", "echo 'openjdk version \"17.0.1\"' >&2");
        command("jshell", "echo \"$5\"");
        command("mvn", MAVEN);
        environment.put("JAVA_HOME", root.toString());
        environment.put("PATH", root.resolve("bin") + ":" + System.getenv("PATH"));
    }

    private void command(String name, String script) throws IOException {
        Path file = root.resolve("bin").resolve(name);
        assertFalse(Files.isSymbolicLink(file));
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        file.toFile().setExecutable(true);
    }

    @Test
    void classPath_namesTheCheckoutAlone() throws Exception {
        Path copy = target.resolve("lib/lib-1.jar");
        assertEquals(target.resolve("ours.jar") + ":" + copy, lastLine(run(0)));
        assertEquals("a dependency", Files.readString(copy));
        assertEquals(target.resolve("ours.jar") + ":" + copy, run(0), "is built");
    }

    @Test
    void copiesOfDependencies_areKept() throws Exception {
        Path copy = Files.createDirectories(target.resolve("lib")).resolve("lib-1.jar");
        Files.writeString(copy, "as a kernel reads it");
        run(0);
        assertEquals("as a kernel reads it", Files.readString(copy));
    }

    @Test
    void javaThatDoesNotRun_isQuoted() throws Exception {
        command("java", "echo 'Error: could not find libjvm.so' >&2; exit 1");
        assertEquals(
                "notebooks/run: %s/bin/java -version failed: Error: could not find libjvm.so"
                        .formatted(root),
                run(2));
    }

    @Test
    void failedBuild_leavesTheJarsOfBefore() throws Exception {
        run(0);
        Path jar = target.resolve("ours.jar");
        Files.writeString(jar, "before");
        Files.delete(target.resolve("lib/lib-1.jar")); // or nothing is built
        command("mvn", MAVEN + "echo 'cannot find symbol'; exit 1");
        assertTrue(run(2).endsWith("the build failed; the lines above say why"));
        assertEquals("before", Files.readString(jar));
        command("mvn", MAVEN);
        run(0);
        assertEquals("new", Files.readString(jar).strip());
    }

    @Test
    void killedBuild_leavesTheJarsOfBefore() throws Exception {
        Files.writeString(Files.createDirectories(target).resolve("ours.jar"), "before");
        command("mvn", "kill $PPID; sleep 1");
        run(143);
        assertEquals("before", Files.readString(target.resolve("ours.jar")));
    }

    @Test
    void withoutFlock_aFolderIsTheLock() throws Exception {
        leaveOutFlock();
        command("mvn", MAVEN + "[ -d \"$root/kernel-ext/target/run.lock.d\" ] || exit 1");
        run(0);
        Path lock = target.resolve("run.lock.d");
        assertFalse(Files.exists(lock));
        Files.delete(target.resolve("ours.jar"));
        command("mvn", "exit 1");
        run(2);
        assertFalse(Files.exists(lock));
    }

    @Test
    void lockThatALauncherLeftBehind_isNamedInTheEnd() throws Exception {
        leaveOutFlock();
        command("sleep", "exit 0");
        Path lock = Files.createDirectories(target.resolve("run.lock.d"));
        assertEquals(
                "notebooks/run: another launcher has been building for 5 minutes;"
                        + " if none is, remove "
                        + lock,
                run(2));
        assertTrue(Files.exists(lock));
    }

    /** By scripts, not links: what is written through a link lands in the machine's own tool. */
    private void leaveOutFlock() throws IOException {
        for (String tool : TOOLS.split(" ")) {
            for (String place : System.getenv("PATH").split(":")) {
                Path found = Path.of(place, tool);
                if (Files.exists(found)) {
                    command(tool, "exec '" + found + "' \"$@\"");
                    break;
                }
            }
        }
        environment.put("PATH", root.resolve("bin").toString());
    }

    private static String lastLine(String output) {
        return output.substring(output.lastIndexOf('\n') + 1);
    }

    /** Runs a script that does nothing, checks the exit code, returns what was printed. */
    private String run(int code) throws Exception {
        Path script = Files.writeString(folder.resolve("any.jsh"), "");
        ProcessBuilder builder =
                new ProcessBuilder(root.resolve("notebooks/run").toString(), script.toString());
        builder.environment().remove("DMM_CLASS_PATH");
        builder.environment().putAll(environment);
        return Launched.output(builder, folder.resolve("run.log"), code);
    }
}
