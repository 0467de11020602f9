package io.dmm.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    private final NDManager manager = Compute.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void parameters_areToldApartByNameShapeAndValues() {
        NDArray matrix = manager.arange(6f).reshape(2, 3);
        String print = of("a", matrix);
        assertEquals(print, of("a", matrix.toType(DataType.FLOAT64, true)));
        assertNotEquals(print, of("b", matrix));
        assertNotEquals(print, of("a", matrix.reshape(3, 2)));
        assertNotEquals(print, of("a", matrix.add(1)));
    }

    /** On a GPU, where DJL reads values from a copy of its own, above all. */
    @Test
    void parameters_leaveNoCopyBehind() {
        NDArray matrix = manager.zeros(new Shape(2, 3));
        int before = manager.getManagedArrays().size();
        of("a", matrix);
        assertEquals(before, manager.getManagedArrays().size());
    }

    private static String of(String name, NDArray parameter) {
        return Fingerprint.of(Map.of(name, parameter));
    }
}
