package io.dmm;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RunTurnTest {
    @Test
    void secondRun_isRefusedInOneSentence_andWelcomeAfterTheFirst() throws Exception {
        try (RunTurn turn = RunTurn.take()) {
            FutureTask<RunTurn> other = other(50);
            ExecutionException refused = assertThrows(ExecutionException.class, other::get);
            assertTrue(refused.getCause().getMessage().startsWith("distillation: another run"));
        }
        FutureTask<Boolean> later =
                new FutureTask<>(
                        () -> {
                            RunTurn.take(0, TimeUnit.MILLISECONDS).close();
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
                                return RunTurn.take(60, TimeUnit.SECONDS);
                            });
            new Thread(other).start();
            ExecutionException stopped = assertThrows(ExecutionException.class, other::get);
            assertTrue(stopped.getCause() instanceof CancellationException);
        }
    }

    private static FutureTask<RunTurn> other(long millis) {
        FutureTask<RunTurn> other =
                new FutureTask<>(() -> RunTurn.take(millis, TimeUnit.MILLISECONDS));
        new Thread(other).start();
        return other;
    }
}
