package io.dmm.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PeakMemoryTest {
    @Test
    void status_isReadInMegabytes() {
        PeakMemory peak =
                PeakMemory.ofStatus(
                        List.of("VmPeak:\t 9999999 kB", "VmHWM:\t  250000 kB", "VmRSS:\t 1 kB"));
        assertEquals(256, peak.megabytes());
        assertEquals("resident memory of the process", peak.source());
    }

    @Test
    void statusWithoutPeak_fallsBackToTheJvm() {
        PeakMemory peak = PeakMemory.ofStatus(List.of("Name:\tjava"));
        assertTrue(peak.megabytes() > 1, peak.toString());
        assertEquals("memory pools of the JVM, without tensors", peak.source());
    }
}
