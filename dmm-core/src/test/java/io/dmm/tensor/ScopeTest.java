package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private final NDManager manager = Compute.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void close_freesAllButWhatIsKept() {
        NDArray x = manager.create(new float[] {1, 2});
        NDArray intermediate;
        NDArray result;
        try (Scope scope = Scope.over(x)) {
            intermediate = x.add(x);
            NDArray created = scope.manager().create(new float[] {10, 20});
            result = scope.keep(intermediate.add(created));
        }
        assertTrue(intermediate.isReleased());
        assertArrayEquals(new float[] {12, 24}, result.toFloatArray());
        assertSame(manager, result.getManager());
        assertEquals(2, manager.getManagedArrays().size());
    }

    @Test
    void inputs_returnToTheirManagers() {
        try (NDManager other = manager.newSubManager()) {
            NDArray x = manager.create(1f);
            NDArray y = other.create(2f);
            NDArray result;
            try (Scope scope = Scope.over(x, y)) {
                result = scope.keep(y.add(x));
            }
            assertSame(manager, x.getManager());
            assertSame(other, y.getManager());
            assertSame(manager, result.getManager());
            assertFalse(y.isReleased());
        }
    }

    @Test
    void failure_freesAndReturnsAlike() {
        NDArray x = manager.create(1f);
        assertThrows(
                IllegalStateException.class,
                () -> {
                    try (Scope scope = Scope.over(x)) {
                        x.add(x);
                        throw new IllegalStateException();
                    }
                });
        assertSame(manager, x.getManager());
        assertEquals(1, manager.getManagedArrays().size());
    }

    @Test
    void nestedScopes_handResultsOutwards() {
        NDArray x = manager.create(3f);
        NDArray result;
        try (Scope outer = Scope.over(x)) {
            NDArray square;
            try (Scope inner = Scope.over(x)) {
                square = inner.keep(x.mul(x));
            }
            assertSame(outer.manager(), square.getManager());
            result = outer.keep(square.add(x));
        }
        assertEquals(12, result.getFloat());
        assertEquals(2, manager.getManagedArrays().size());
    }

    @Test
    void backward_worksAfterTheIntermediatesAreFreed() {
        NDArray x = manager.create(3f);
        x.setRequiresGradient(true);
        try (GradMode on = GradMode.on()) {
            NDArray cube;
            try (Scope scope = Scope.over(x)) {
                cube = scope.keep(x.mul(x).mul(x));
            }
            GradMode.backward(cube);
        }
        assertEquals(27, x.getGradient().getFloat());
    }

    @Test
    void arraysOfJavaData_outliveTheirScopeInTheGraph() {
        NDArray weight = manager.ones(new Shape(1, 1 << 16));
        weight.setRequiresGradient(true);
        float[] values = new float[1 << 16];
        Arrays.fill(values, 3);
        try (GradMode mode = GradMode.on()) {
            NDArray loss;
            try (Scope scope = Scope.of(manager)) {
                NDArray x = Ops.create(scope.manager(), values, new Shape(1, 1 << 16));
                loss = scope.keep(Ops.linear(x, weight, null).sum());
            }
            for (int i = 0; i < 50; i++) { // give the buffer's memory to others, if it is free
                System.gc();
                ByteBuffer.allocateDirect(1 << 18).put(new byte[1 << 18]);
            }
            GradMode.backward(loss);
        }
        assertArrayEquals(values, weight.getGradient().toFloatArray());
    }
}
