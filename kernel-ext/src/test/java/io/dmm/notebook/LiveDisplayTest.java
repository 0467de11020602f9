package io.dmm.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LiveDisplayTest {
    @Test
    void drawing_takesAHundredthOfACore_howeverLongItTakes() {
        assertEquals(Duration.ofMillis(99 * 40), LiveDisplay.pauseAfter(4, Duration.ofMillis(40)));
        assertEquals(
                Duration.ofMillis(99 * 900), LiveDisplay.pauseAfter(4, Duration.ofMillis(900)));
    }

    @Test
    void firstDrawings_doNotDelayTheNextForLong() {
        for (int drawing = 1; drawing <= 3; drawing++) {
            Duration cold = Duration.ofMillis(900);
            assertEquals(Duration.ofSeconds(5), LiveDisplay.pauseAfter(drawing, cold));
        }
    }

    @Test
    void fastDrawings_areTwoASecond() {
        assertEquals(Duration.ofMillis(500), LiveDisplay.pauseAfter(1, Duration.ofMillis(1)));
        assertEquals(Duration.ofMillis(500), LiveDisplay.pauseAfter(9, Duration.ofMillis(1)));
    }
}
