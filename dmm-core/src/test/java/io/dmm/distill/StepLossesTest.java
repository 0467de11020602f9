package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StepLossesTest {
    @Test
    void mean_ofAPartIsOverTheMicroBatchesThatHaveIt() {
        StepLosses both =
                StepLosses.mean(
                        List.of(
                                new StepLosses(1, Map.of("score", 1.0, "score.ink", 0.5)),
                                new StepLosses(3, Map.of("score", 3.0, "score.pixel", 2.0))));
        Map<String, Double> parts = Map.of("score", 2.0, "score.ink", 0.5, "score.pixel", 2.0);
        assertEquals(new StepLosses(2, parts), both);
    }
}
