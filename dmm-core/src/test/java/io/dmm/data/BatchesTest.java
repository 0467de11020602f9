package io.dmm.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BatchesTest {
    @Test
    void number_isBoundedByPixels() {
        assertEquals(64, Batches.of(16, 16));
        assertEquals(64, Batches.of(64, 64));
        assertEquals(32, Batches.of(64, 128));
        assertEquals(1, Batches.of(512, 512));
        assertEquals(1, Batches.of(2048, 2048));
    }
}
