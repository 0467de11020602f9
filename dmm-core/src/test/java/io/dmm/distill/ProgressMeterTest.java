package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class ProgressMeterTest {
    private final List<Progress> reports = new ArrayList<>();
    private long nanos;
    private final ProgressMeter meter =
            new ProgressMeter(reports::add, "drawing", 0, 12, () -> nanos);

    @Test
    void timeLeft_isThatOfTheRemainingUnits() {
        pass(40);
        meter.advance(4);
        meter.report();
        assertEquals(new Progress("drawing", 4, 12, Duration.ofMillis(80)), reports.get(0));
        assertEquals(0.01, meter.secondsEach(), 1e-9);
        assertEquals(0.04, meter.seconds(), 1e-9);
        meter.advance(8);
        meter.report();
        assertTrue(reports.get(1).isLast());
        assertEquals(Duration.ZERO, reports.get(1).timeLeft());
    }

    @Test
    void interruptedThread_endsTheActivityOnce() {
        assertDoesNotThrow(meter::checkInterrupted);
        meter.advance(4);
        Thread.currentThread().interrupt();
        assertEquals(
                "drawing, after 4 of 12",
                assertThrows(CancellationException.class, meter::checkInterrupted).getMessage());
        assertFalse(Thread.currentThread().isInterrupted());
        assertDoesNotThrow(meter::checkInterrupted);
    }

    @Test
    void unitsOfTheCache_tellNothingOfThoseToMake() {
        pass(40);
        meter.found(4);
        assertEquals(new Progress("drawing", 4, 12, Duration.ofMillis(80)), reports.get(0));
        pass(8);
        meter.made(4);
        assertEquals(0.002, meter.secondsEach(), 1e-9);
        assertEquals(new Progress("drawing", 8, 12, Duration.ofMillis(8)), reports.get(1));
    }

    @Test
    void pausesComeAgain() {
        pass(8);
        meter.advance(4);
        pass(40);
        meter.report();
        pass(8);
        meter.made(4);
        assertEquals(0.002, meter.secondsEach(), 1e-9);
        assertEquals(Duration.ofMillis(4 * (2 + 5)), reports.get(1).timeLeft());
    }

    private void pass(int millis) {
        nanos += millis * 1_000_000L;
    }
}
