package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigNodeTest {

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "101", "2000000000", "99999999999", "2.0", "\"2\"", "[]"})
    void countOfParts_isSmall(String value) throws IOException {
        ConfigNode config = config("{\"layers\": " + value + "}");
        assertEquals(
                "m/config.json: 'layers', expected an integer of 1 to 100 but was " + value,
                assertThrows(ModelFileException.class, () -> config.count("layers", 2))
                        .getMessage());
    }

    @Test
    void largeNumbers_areRefused() throws IOException {
        assertEquals(1_000_000, config("{\"steps\": 1000000}").positive("steps", 1));
        ConfigNode config = config("{\"steps\": 1000001}");
        assertEquals(
                "m/config.json: 'steps', expected an integer of 1 to 1000000 but was 1000001",
                assertThrows(ModelFileException.class, () -> config.positive("steps", 1))
                        .getMessage());
    }

    @Test
    void lists_areShort() throws IOException {
        ConfigNode config = config("{\"channels\": " + Collections.nCopies(101, 1) + "}");
        assertEquals(
                "m/config.json: 'channels', expected a list of 1 to 100 but was 101 entries",
                assertThrows(ModelFileException.class, () -> config.positives("channels"))
                        .getMessage());
    }

    @Test
    void absentValue_isTheDefault() throws IOException {
        assertEquals(2, config("{}").count("layers", 2));
        assertEquals(2, config("{\"layers\": null}").count("layers", 2));
    }

    private static ConfigNode config(String json) throws IOException {
        return new ConfigNode(new ObjectMapper().readTree(json), "m/config.json");
    }
}
