package io.dmm.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.distill.Progress;
import io.dmm.distill.RunEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveDisplayTest {
    private static final Duration YOUNG = Duration.ofSeconds(60);

    @Test
    void drawing_takesAHundredthOfACore_howeverLongItTakes() {
        assertEquals(
                Duration.ofMillis(99 * 40),
                LiveDisplay.pauseAfter(4, Duration.ofMillis(40), YOUNG));
        assertEquals(
                Duration.ofMillis(99 * 900),
                LiveDisplay.pauseAfter(4, Duration.ofMillis(900), YOUNG));
    }

    @Test
    void firstDrawings_doNotDelayTheNextForLong() {
        for (int drawing = 1; drawing <= 3; drawing++) {
            Duration cold = Duration.ofMillis(900);
            assertEquals(Duration.ofSeconds(5), LiveDisplay.pauseAfter(drawing, cold, YOUNG));
        }
    }

    @Test
    void fastDrawings_areTwoASecond() {
        assertEquals(
                Duration.ofMillis(500), LiveDisplay.pauseAfter(1, Duration.ofMillis(1), YOUNG));
        assertEquals(
                Duration.ofMillis(500), LiveDisplay.pauseAfter(9, Duration.ofMillis(1), YOUNG));
    }

    @Test
    void runOfDays_isDrawnAboutAThousandTimes() {
        assertTrue(drawingsOfARun(Duration.ofMinutes(10)) > 100);
        assertTrue(drawingsOfARun(Duration.ofDays(1)) < 1200);
        assertTrue(drawingsOfARun(Duration.ofDays(4)) < 1500);
    }

    private static int drawingsOfARun(Duration length) {
        int drawings = 0;
        for (Duration age = Duration.ZERO; age.compareTo(length) < 0; drawings++) {
            age = age.plus(LiveDisplay.pauseAfter(drawings + 1, Duration.ofMillis(40), age));
        }
        return drawings;
    }

    @Test
    void end_isDrawnAtOnce_whateverThePause() {
        List<String> shown = Collections.synchronizedList(new ArrayList<>());
        LiveDisplay display = new LiveDisplay(bundle -> shown.add(bundle.text()));
        display.note(notes -> notes.progress(training(1)));
        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> {
                    while (shown.isEmpty()) {
                        Thread.sleep(10);
                    }
                    display.note(notes -> notes.progress(training(2)));
                    display.end(RunEnd.FINISHED);
                });
        assertTrue(shown.get(shown.size() - 1).startsWith("finished  2 of 2"), shown.toString());
    }

    private static Progress training(int done) {
        return new Progress("training", done, 2, Duration.ZERO);
    }
}
