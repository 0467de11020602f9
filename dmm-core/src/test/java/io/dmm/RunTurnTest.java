package io.dmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.distill.Progress;
import io.dmm.distill.RunEnd;
import io.dmm.distill.TrainingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class RunTurnTest {
    @Test
    void secondRun_isRefusedInOneSentence_andWelcomeAfterTheFirst() throws Exception {
        try (RunTurn turn = RunTurn.take()) {
            FutureTask<RunTurn> other = other(Duration.ofMillis(50));
            ExecutionException refused = assertThrows(ExecutionException.class, other::get);
            assertEquals(
                    "distillation: another run is going on in this process, expected it to end"
                            + " within 0 s; interrupt it or wait for it",
                    refused.getCause().getMessage());
        }
        FutureTask<Boolean> later =
                new FutureTask<>(
                        () -> {
                            RunTurn.take(Duration.ZERO).close();
                            return true;
                        });
        new Thread(later).start();
        assertTrue(later.get());
    }

    @Test
    void waitingRun_canBeInterrupted() throws Exception {
        try (RunTurn turn = RunTurn.take()) {
            FutureTask<RunTurn> other =
                    new FutureTask<>(
                            () -> {
                                Thread.currentThread().interrupt();
                                return RunTurn.take(Duration.ofMinutes(1));
                            });
            new Thread(other).start();
            ExecutionException stopped = assertThrows(ExecutionException.class, other::get);
            assertTrue(stopped.getCause() instanceof CancellationException);
        }
    }

    @Test
    void runThatGivesUpWaiting_endsForItsListener() {
        List<RunEnd> ends = new ArrayList<>();
        TrainingListener listener =
                new TrainingListener() {
                    @Override
                    public void onProgress(Progress progress) {}

                    @Override
                    public void onEnd(RunEnd end) {
                        ends.add(end);
                    }
                };
        Distillation run = new Distillation(null, null, true).listen(listener);
        Thread.currentThread().interrupt();
        assertThrows(CancellationException.class, run::run);
        assertEquals(List.of(RunEnd.INTERRUPTED), ends);
    }

    private static FutureTask<RunTurn> other(Duration patience) {
        FutureTask<RunTurn> other = new FutureTask<>(() -> RunTurn.take(patience));
        new Thread(other).start();
        return other;
    }
}
