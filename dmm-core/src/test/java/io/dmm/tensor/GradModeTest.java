package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class GradModeTest {
    @Test
    void close_restoresTheModeBefore() {
        try (GradMode off = GradMode.off()) {
            try (GradMode on = GradMode.on()) {
                assertTrue(JniUtils.isGradMode());
                try (GradMode offAgain = GradMode.off()) {
                    assertFalse(JniUtils.isGradMode());
                }
                assertTrue(JniUtils.isGradMode());
            }
            assertFalse(JniUtils.isGradMode());
        }
    }

    @Test
    void mode_belongsToItsThread() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (GradMode off = GradMode.off()) {
            GradMode on = other.submit(GradMode::on).get();
            assertFalse(JniUtils.isGradMode());
            assertTrue(other.submit(JniUtils::isGradMode).get());
            other.submit(on::close).get();
        } finally {
            other.shutdown();
        }
    }

    @Test
    void off_recordsNothingAndOnRecords() {
        try (NDManager manager = Compute.newManager()) {
            NDArray x = manager.create(3f);
            x.setRequiresGradient(true);
            NDArray unrecorded;
            try (GradMode off = GradMode.off()) {
                unrecorded = Ops.silu(x);
            }
            assertThrows(EngineException.class, () -> GradMode.backward(unrecorded));
            try (GradMode on = GradMode.on()) {
                GradMode.backward(x.mul(x));
                GradMode.backward(x.mul(x));
            }
            assertEquals(12, x.getGradient().getFloat(), "the sum of two gradients of 2 x");
        }
    }
}
