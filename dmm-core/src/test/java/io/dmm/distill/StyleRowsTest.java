package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.SmallModels;
import io.dmm.tensor.Compute;
import org.junit.jupiter.api.Test;

class StyleRowsTest {
    @Test
    void rows_areOneAtTheirStyle() {
        try (NDManager manager = Compute.newManager()) {
            NDArray rows = StyleRows.of(manager, SmallModels.unet(manager, 1, 3), 2, 0);
            assertEquals(new Shape(2, 3), rows.getShape());
            assertArrayEquals(new float[] {0, 0, 1, 1, 0, 0}, rows.toFloatArray());
            assertNull(StyleRows.of(manager, SmallModels.unet(manager, 1, 0), 0, 0));
        }
    }
}
