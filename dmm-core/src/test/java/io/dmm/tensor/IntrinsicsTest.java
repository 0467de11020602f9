package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IntrinsicsTest {
    private final NDManager manager = Compute.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void aFailureIsOneSentence() {
        NDArray x = manager.zeros(new Shape(2, 3));
        EngineException failure =
                assertThrows(
                        EngineException.class, () -> Ops.matMul(x, manager.zeros(x.getShape())));
        assertEquals(
                "PyTorch, in matmul: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
                failure.getMessage());
    }

    @Test
    void lackOfMemoryIsNamed() {
        long many = 1L << 24;
        NDArray column = manager.zeros(new Shape(many, 1));
        NDArray row = manager.zeros(new Shape(1, many));
        EngineException failure =
                assertThrows(EngineException.class, () -> Ops.matMul(column, row));
        assertEquals(
                "PyTorch, in matmul: expected memory for another 1125899906842624 bytes but there is"
                        + " none left; take fewer or smaller pictures at a time, in a training by accumulate(…) and Activations.RECOMPUTED",
                failure.getMessage());
    }

    @Test
    void lackOfMemoryOnAGpuIsNamed() {
        String reason =
                Intrinsics.reason(
                        "attention",
                        """
                        The following operation failed in the TorchScript interpreter.
                        Traceback of TorchScript (most recent call last):
                        RuntimeError: CUDA out of memory. Tried to allocate 20.50 GiB. GPU 0 has a total\
                         capacity of 15.77 GiB of which 3.02 GiB is free. Process 71 has 9.00 GiB memory\
                         in use. Of the allocated memory 3.20 GiB is allocated by PyTorch.
                        """);
        assertEquals(
                "PyTorch, in attention: expected memory for another 20.50 GiB but there is none"
                        + " left; take fewer or smaller pictures at a time, in a training by"
                        + " accumulate(…) and Activations.RECOMPUTED, in a new process (GPU 0 has a"
                        + " total capacity of 15.77 GiB of which 3.02 GiB is free. Process 71 has"
                        + " 9.00 GiB memory in use)",
                reason);
    }
}
