package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonFilesTest {
    @TempDir private Path folder;

    @Test
    void infinityAsPythonWritesIt_isReadButNoSetting() throws IOException {
        Path file = folder.resolve("scheduler_config.json");
        Files.writeString(file, "{\"lambda_min_clipped\": -Infinity, \"beta_start\": 0.1}");
        ConfigNode config = new ConfigNode(JsonFiles.read(file), file.toString());
        assertEquals(0.1, config.number("beta_start", 0));
        assertThrows(ModelFileException.class, () -> config.number("lambda_min_clipped", 0));
    }
}
