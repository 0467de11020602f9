package io.dmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmm.distill.Progress;
import io.dmm.distill.RunEnd;
import io.dmm.distill.TrainingListener;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class HeardWorkTest {
    private final RuntimeException lateFailure = new IllegalStateException("at the end");
    private final TrainingListener failing =
            new TrainingListener() {
                @Override
                public void onProgress(Progress progress) {}

                @Override
                public void onEnd(RunEnd end) {
                    throw lateFailure;
                }
            };

    @Test
    void listenerThatFailsAtTheEnd_leavesTheResult_andALineInTheLog() {
        try (LogLines log = new LogLines(HeardWork.class)) {
            assertEquals("model", HeardWork.heardBy(failing, "distillation", () -> "model"));
            assertEquals(
                    List.of(
                            "WARNING: distillation: its listener failed at the end, the result is kept"),
                    log.lines());
        }
    }

    @Test
    void listenerThatFailsAtTheEnd_doesNotHideTheFailure() {
        IllegalArgumentException failure = new IllegalArgumentException("the reason");
        Throwable thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                HeardWork.heardBy(
                                        failing,
                                        "distillation",
                                        () -> {
                                            throw failure;
                                        }));
        assertSame(failure, thrown);
        assertEquals(List.of(lateFailure), List.of(failure.getSuppressed()));
    }

    @Test
    void failureOfTheListenerItself_isThrownAsItIs() {
        Throwable thrown =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                HeardWork.heardBy(
                                        failing,
                                        "distillation",
                                        () -> {
                                            throw lateFailure;
                                        }));
        assertSame(lateFailure, thrown);
    }

    @Test
    void interruptThatOnlyAFileNoticed_isACancellation() {
        UncheckedIOException failure =
                new UncheckedIOException("a: cannot be read", new ClosedByInterruptException());
        Thread.currentThread().interrupt();
        CancellationException stop =
                assertThrows(
                        CancellationException.class,
                        () ->
                                HeardWork.heardBy(
                                        TrainingListener.NONE,
                                        "comparison",
                                        () -> {
                                            throw failure;
                                        }));
        assertEquals("comparison, while it read its files", stop.getMessage());
        assertSame(failure, stop.getCause());
        assertFalse(Thread.interrupted());
    }
}
