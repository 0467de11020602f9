package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BatchSizeTest {
    private static final long SD15 = 512 * 512;

    @Test
    void cpu_drawsAsManyAsGiveTheSameBytes() {
        assertEquals(2, BatchSize.of(false, true, SD15));
        assertEquals(7, BatchSize.of(false, true, 64 * 64));
        assertEquals(1, BatchSize.of(false, true, 4 * SD15));
        assertEquals(1, BatchSize.of(false, false, 64 * 64));
    }

    @Test
    void gpu_drawsAsManyAsKeepItBusy() {
        assertEquals(8, BatchSize.of(true, true, SD15));
        assertEquals(8, BatchSize.of(true, false, SD15));
        assertEquals(5, BatchSize.of(true, true, 512 * 768));
        assertEquals(1, BatchSize.of(true, true, 16 * SD15));
    }
}
