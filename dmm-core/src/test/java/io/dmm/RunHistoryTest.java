package io.dmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.distill.RunConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class RunHistoryTest {
    private static Map<String, String> round(Map<String, String> before, String base) {
        return history(before, base).metadata();
    }

    private static RunHistory history(Map<String, String> before, String base) {
        Map<String, String> settings = Map.of("base", base, "learning rate", "1e-5");
        return new RunHistory(
                before, new RunConfiguration(new TreeMap<>(settings), Map.of("ink", "abc")), 20);
    }

    private static List<String> warnings(RunHistory history) {
        List<String> warnings = new ArrayList<>();
        Logger logger = Logger.getLogger(RunHistory.class.getName());
        logger.setFilter(line -> !warnings.add(line.getMessage()));
        try {
            history.checkBase();
        } finally {
            logger.setFilter(null);
        }
        return warnings;
    }

    @Test
    void roundsAreCounted() {
        Map<String, String> twice = round(round(Map.of("dmm.styles", "ink"), "a"), "b");
        assertEquals(
                Map.of(
                        "dmm.round1.base", "a",
                        "dmm.round1.learning_rate", "1e-5",
                        "dmm.round1.steps", "20",
                        "dmm.round1.experts", "ink",
                        "dmm.round1.teacher.ink", "abc",
                        "dmm.round2.base", "b",
                        "dmm.round2.learning_rate", "1e-5",
                        "dmm.round2.steps", "20",
                        "dmm.round2.experts", "ink",
                        "dmm.round2.teacher.ink", "abc"),
                twice);
    }

    @Test
    void anotherBaseThanThatOfTheRoundBefore_isToldOf() {
        Map<String, String> before = round(round(Map.of(), "a"), "b");
        assertEquals(List.of(), warnings(history(before, "b")));
        assertEquals(List.of(), warnings(history(Map.of(), "a")));
        List<String> warnings = warnings(history(before, "a"));
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).contains("expected SHA-256 b but was a"), warnings::toString);
    }
}
