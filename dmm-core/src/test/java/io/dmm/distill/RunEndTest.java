package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmm.weights.ModelFileException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class RunEndTest {
    @Test
    void interruptWhileAFileIsRead_isAnInterruption() {
        Throwable read = new ModelFileException("m: cannot", new ClosedByInterruptException());
        assertEquals(RunEnd.INTERRUPTED, RunEnd.of(new IllegalStateException("run", read)));
        assertEquals(RunEnd.INTERRUPTED, RunEnd.of(new CancellationException("training")));
        assertEquals(RunEnd.INTERRUPTED, RunEnd.of(new InterruptedException()));
    }

    @Test
    void anythingElse_isAFailure() {
        Throwable read = new ModelFileException("m: cannot", new IOException("disk"));
        assertEquals(RunEnd.FAILED, RunEnd.of(read));
    }
}
