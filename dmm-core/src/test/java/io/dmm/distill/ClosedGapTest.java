package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.SmallModels;
import io.dmm.data.Cache;
import io.dmm.data.LatentSet;
import io.dmm.data.RowListener;
import io.dmm.data.TextStates;
import io.dmm.model.unet.UNet;
import io.dmm.pipeline.StableDiffusion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClosedGapTest {
    private final StableDiffusion base = SmallModels.base();
    private final NDManager manager = base.manager();
    private final LatentSet set =
            LatentSet.encode(
                    manager, base.vae(), SmallModels.pictures(65), Cache.NONE, RowListener.NONE);
    private final TextStates textStates =
            new TextStates(
                    manager, (memory, texts) -> base.encode(memory, texts, 1), set.captions());
    private final Teacher expert =
            new Teacher("expert", SmallModels.unet(manager, 2, 0), textStates);

    @AfterEach
    void close() {
        base.close();
    }

    @Test
    void studentThatIsTheExpert_hasClosedIt() {
        ClosedGap.Sums sums = measure(Student.of(manager, expert.unet(), 2, 7), 1);
        assertEquals(1, sums.closedGap());
        assertEquals(0, sums.studentToExpert());
        assertTrue(sums.expertDifference() > 0.1, sums.toString());
    }

    @Test
    void studentThatIsTheBase_hasNotBegun() {
        assertEquals(0, measure(Student.of(manager, base.unet(), 2, 7), 0).closedGap());
    }

    @Test
    void expertThatIsTheBase_leavesNoGapToClose() {
        Teacher same = new Teacher("same", base.unet(), textStates);
        UNet student = SmallModels.unet(manager, 2, 2);
        ClosedGap.Sums sums = gap(student).measure(manager, same, 0, set, TrainingListener.NONE);
        assertTrue(sums.studentToExpert() > 0);
        assertEquals(Double.NaN, sums.closedGap());
    }

    @Test
    void style_isThatOfTheStudent() {
        UNet student = SmallModels.unet(manager, 2, 2);
        assertTrue(measure(student, 0).studentToExpert() != measure(student, 1).studentToExpert());
    }

    @Test
    void measuring_leavesNoArraysBehind() {
        UNet student = Student.of(manager, base.unet(), 2, 7);
        int before = manager.getManagedArrays().size();
        measure(student, 0);
        assertEquals(before, manager.getManagedArrays().size());
    }

    @Test
    void largePictures_areComparedFewerAtATime() {
        List<Long> done = new ArrayList<>();
        LatentSet large =
                new LatentSet(
                        manager.zeros(new Shape(41, 4, 40, 40)),
                        Collections.nCopies(41, set.caption(0)));
        gap(base.unet()).measure(manager, expert, 0, large, progress -> done.add(progress.done()));
        assertEquals(List.of(40L, 41L), done);
    }

    @Test
    void interruptedThread_stopsAfterTheBatch() {
        TrainingListener interrupter = progress -> Thread.currentThread().interrupt();
        ClosedGap gap = gap(Student.of(manager, base.unet(), 2, 7));
        assertEquals(
                "comparing with expert, after 64 of 65",
                assertThrows(
                                CancellationException.class,
                                () -> gap.measure(manager, expert, 0, set, interrupter))
                        .getMessage());
    }

    private ClosedGap.Sums measure(UNet student, int style) {
        return gap(student).measure(manager, expert, style, set, TrainingListener.NONE);
    }

    private ClosedGap gap(UNet student) {
        return new ClosedGap(base, student, textStates, 7);
    }
}
