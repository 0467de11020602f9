package io.dmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpertTest {
    @Test
    void name_mayHaveSpacesInside() {
        assertEquals("pixel art", Expert.checkpoint("pixel art", Path.of("a")).name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " ink", "ink ", "in\nk", "in\rk"})
    void nameThatAFileCannotKeep_isRefused(String name) {
        assertEquals(
                "expert: expected a name without surrounding white space or line ends but was '"
                        + name
                        + "'",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Expert.checkpoint(name, Path.of("a")))
                        .getMessage());
    }
}
