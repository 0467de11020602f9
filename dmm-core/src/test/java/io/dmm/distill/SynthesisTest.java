package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.SmallModels;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.pipeline.StableDiffusion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SynthesisTest {
    private static final List<String> CAPTIONS = List.of("a red house", "two boats", "a tree");

    private final StableDiffusion base = SmallModels.base();
    private final NDManager manager = base.manager();
    private final Teacher teacher =
            new Teacher(
                    "expert",
                    SmallModels.unet(manager, 2, 0),
                    new TextStates(
                            manager, (memory, texts) -> base.encode(memory, texts, 1), CAPTIONS));

    @AfterEach
    void close() {
        base.close();
    }

    @Test
    void pictures_dependOnCaptionAndSeedAlone() {
        LatentSet all = draw(7, CAPTIONS, TrainingListener.NONE);
        assertEquals(CAPTIONS, all.captions());
        assertEquals(new Shape(3, 4, 8, 8), all.latents(manager, new long[] {0, 1, 2}).getShape());
        assertArrayEquals(row(all, 1), row(draw(7, CAPTIONS, TrainingListener.NONE), 1));
        LatentSet alone = draw(8, CAPTIONS.subList(1, 2), TrainingListener.NONE);
        assertArrayEquals(row(all, 1), row(alone, 0), 1e-4f);
        assertFalse(Arrays.equals(row(all, 1), row(draw(9, CAPTIONS, TrainingListener.NONE), 1)));
    }

    @Test
    void listener_isToldOfEveryBatch() {
        List<String> reports = new ArrayList<>();
        draw(
                7,
                Collections.nCopies(65, "a tree"),
                progress ->
                        reports.add(
                                progress.activity()
                                        + " "
                                        + progress.done()
                                        + "/"
                                        + progress.total()));
        assertEquals(List.of("drawing as expert 64/65", "drawing as expert 65/65"), reports);
    }

    @Test
    void largePictures_areDrawnFewerAtATime() {
        List<Long> done = new ArrayList<>();
        try (StableDiffusion large = SmallModels.base(80)) {
            LatentSet set =
                    new Synthesis(large, new Synthesis.Settings(1, 1), 7)
                            .draw(
                                    manager,
                                    teacher,
                                    Collections.nCopies(41, "a tree"),
                                    progress -> done.add(progress.done()));
            assertEquals(new Shape(4, 40, 40), set.shape());
        }
        assertEquals(List.of(40L, 41L), done);
    }

    @Test
    void interruptedThread_stopsAndLeavesNoArraysBehind() {
        int before = manager.getManagedArrays().size();
        Thread.currentThread().interrupt();
        assertThrows(CancellationException.class, () -> draw(7, CAPTIONS, TrainingListener.NONE));
        assertFalse(Thread.currentThread().isInterrupted());
        TrainingListener interrupter = progress -> Thread.currentThread().interrupt();
        List<String> captions = Collections.nCopies(65, "a tree");
        assertEquals(
                "drawing as expert, after 64 of 65",
                assertThrows(CancellationException.class, () -> draw(7, captions, interrupter))
                        .getMessage());
        assertEquals(before, manager.getManagedArrays().size());
    }

    private LatentSet draw(long seed, List<String> captions, TrainingListener listener) {
        return new Synthesis(base, new Synthesis.Settings(3, 3), seed)
                .draw(manager, teacher, captions, listener);
    }

    private float[] row(LatentSet set, long row) {
        return set.latents(manager, new long[] {row}).toFloatArray();
    }
}
