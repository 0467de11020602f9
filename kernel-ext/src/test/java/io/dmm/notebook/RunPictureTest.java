package io.dmm.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmm.distill.Progress;
import io.dmm.distill.RunEnd;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RunPictureTest {
    @Test
    void runThatEndsBeforeItBegins_saysNoCount() {
        assertEquals("finished", heading(RunEnd.FINISHED));
        assertEquals("stopped", heading(RunEnd.INTERRUPTED));
        assertEquals("failed", heading(RunEnd.FAILED));
    }

    @Test
    void runThatBegan_saysHowFarItCame() {
        Progress progress = new Progress("training", 120, 240, Duration.ofSeconds(1));
        assertEquals("finished  120 of 240", heading(RunEnd.FINISHED, progress));
        assertEquals("stopped after 120 of 240", heading(RunEnd.INTERRUPTED, progress));
        assertEquals("failed after 120 of 240", heading(RunEnd.FAILED, progress));
    }

    private static String heading(RunEnd end, Progress... news) {
        RunNotes notes = new RunNotes();
        for (Progress progress : news) {
            notes.progress(progress);
        }
        notes.end(end);
        String text = notes.picture().text();
        return text.substring(0, text.indexOf("  ·  "));
    }
}
