package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingListenerTest {
    private final List<String> heard = new ArrayList<>();

    @Test
    void both_hearEverything_inTheirOrder() {
        TrainingListener both = listener("a").and(listener("b"));
        both.onStep(new StepMetrics(1, 1, 1, 1, 1, 1, Map.of()));
        both.onProgress(new Progress("training", 1, 2, Duration.ZERO));
        both.onValidation(new Validation(1, Map.of()));
        both.onSample(1, "ink", new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB));
        both.onEnd(RunEnd.INTERRUPTED);
        assertEquals(
                List.of(
                        "a step",
                        "b step",
                        "a progress",
                        "b progress",
                        "a validation",
                        "b validation",
                        "a ink",
                        "b ink",
                        "a INTERRUPTED",
                        "b INTERRUPTED"),
                heard);
    }

    @Test
    void second_hearsTheEnd_thoughTheFirstFails() {
        TrainingListener failing =
                new TrainingListener() {
                    @Override
                    public void onProgress(Progress progress) {}

                    @Override
                    public void onEnd(RunEnd end) {
                        throw new IllegalStateException("closed");
                    }
                };
        TrainingListener both = failing.and(listener("b"));
        assertThrows(IllegalStateException.class, () -> both.onEnd(RunEnd.FINISHED));
        assertEquals(List.of("b FINISHED"), heard);
    }

    private TrainingListener listener(String who) {
        return new TrainingListener() {
            @Override
            public void onProgress(Progress progress) {
                heard.add(who + " progress");
            }

            @Override
            public void onStep(StepMetrics metrics) {
                heard.add(who + " step");
            }

            @Override
            public void onValidation(Validation validation) {
                heard.add(who + " validation");
            }

            @Override
            public void onSample(long step, String name, BufferedImage picture) {
                heard.add(who + " " + name);
            }

            @Override
            public void onEnd(RunEnd end) {
                heard.add(who + " " + end);
            }
        };
    }
}
