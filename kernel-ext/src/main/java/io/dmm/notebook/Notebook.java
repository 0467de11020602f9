package io.dmm.notebook;

import io.dmm.batch.ConsoleProgress;
import io.dmm.distill.TrainingListener;
import io.dmm.notebook.console.PictureFolder;
import io.dmm.notebook.render.Bundle;
import io.dmm.notebook.render.Renderers;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a cell types to see values and running work; in a script of jshell the same calls write
 * pictures to a folder and progress to stderr.
 *
 * <pre>{@code
 * Dmm.distill(base).experts(experts).captions(pictures).listen(Notebook.live()).run();
 * show(merged.sample("a red house").style("ink").images(4));
 * }</pre>
 */
public final class Notebook {
    /** The kernel that this process is, if any. */
    private static final AtomicReference<Frontend> FRONTEND = new AtomicReference<>();

    private Notebook() {}

    /** Says who shows what; kernels' adapters call it. */
    public static void attach(Frontend frontend) {
        FRONTEND.set(frontend);
    }

    /** Shows a value at once, not only as a cell's last; pictures, models, experts, … */
    public static void show(Object value) {
        Bundle bundle = Renderers.render(value);
        if (isAttached()) {
            FRONTEND.get().newDisplay().show(bundle);
        } else {
            PictureFolder.ofProcess().show(bundle);
        }
    }

    /**
     * A listener that shows a run while it goes on, in one picture below the cell: how far it is,
     * its loss curves, closed gaps and samples.
     */
    public static TrainingListener live() {
        return isAttached() ? new LiveRun(FRONTEND.get()) : new ConsoleProgress();
    }

    private static boolean isAttached() {
        Frontend frontend = FRONTEND.get();
        return frontend != null && frontend.isAttached();
    }
}
