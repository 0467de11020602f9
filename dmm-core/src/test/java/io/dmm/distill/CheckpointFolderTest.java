package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CheckpointFolderTest {
    private final Locale usual = Locale.getDefault();

    @AfterEach
    void restoreLocale() {
        Locale.setDefault(usual);
    }

    @Test
    void names_haveTheDigitsThatAreLookedFor() {
        Locale.setDefault(Locale.forLanguageTag("fa-IR-u-nu-arabext"));
        Path folder = Path.of("run");
        assertEquals(
                folder.resolve("step-00000500"),
                new CheckpointFolder(folder, null).checkpoint(500));
    }
}
