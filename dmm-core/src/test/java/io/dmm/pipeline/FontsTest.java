package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.Font;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FontsTest {
    @Test
    void size_isInPixels() {
        assertEquals(13.5f, Fonts.sans(Font.BOLD, 13.5f).getSize2D());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void machineWithoutFonts_isToldInOneSentence(@TempDir Path empty) throws IOException {
        Path config = empty.resolve("fonts.conf");
        Files.writeString(config, "<fontconfig><dir>" + empty + "</dir></fontconfig>");
        ProcessBuilder jvm =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.awt.headless=true",
                        // the JDK keeps what it once found out in the home folder
                        "-Duser.home=" + empty,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Probe.class.getName());
        jvm.environment().put("FONTCONFIG_FILE", config.toString());
        try (var out = jvm.redirectErrorStream(true).start().getInputStream()) {
            assertEquals(
                    "Fonts: Java found no fonts to write text in pictures with; install"
                            + " fontconfig, libfreetype6 and a font package such as"
                            + " fonts-dejavu-core",
                    new String(out.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }

    static final class Probe {
        public static void main(String[] args) {
            try {
                Fonts.sans(Font.PLAIN, 12);
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
