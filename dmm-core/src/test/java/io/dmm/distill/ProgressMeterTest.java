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
    private final ProgressMeter meter = new ProgressMeter(reports::add, "drawing", 12);

    @Test
    void timeLeft_isThatOfTheRemainingUnits() throws InterruptedException {
        Thread.sleep(40);
        meter.advance(4);
        meter.report();
        assertEquals("drawing", reports.get(0).activity());
        assertEquals(4, reports.get(0).done());
        assertEquals(12, reports.get(0).total());
        assertEquals(8e3 * meter.secondsEach(), reports.get(0).timeLeft().toMillis(), 1);
        assertTrue(meter.secondsEach() >= 0.01, () -> "was " + meter.secondsEach());
        assertEquals(4 * meter.secondsEach(), meter.seconds(), 1e-6);
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
    void unitsOfTheCache_tellNothingOfThoseToMake() throws InterruptedException {
        Thread.sleep(40);
        meter.found(4);
        assertEquals(4, reports.get(0).done());
        assertEquals(2e3 * meter.seconds(), reports.get(0).timeLeft().toMillis(), 1);
        meter.made(4);
        assertTrue(meter.secondsEach() < 0.01, () -> "was " + meter.secondsEach());
        assertEquals(8, reports.get(1).done());
        assertTrue(reports.get(1).timeLeft().toMillis() < 40);
    }

    @Test
    void pausesComeAgain() throws InterruptedException {
        meter.advance(4);
        Thread.sleep(40);
        meter.report();
        meter.made(4);
        assertTrue(meter.secondsEach() < 0.01, () -> "was " + meter.secondsEach());
        long left = reports.get(1).timeLeft().toMillis();
        assertTrue(left >= 20, () -> "was " + left);
    }
}
