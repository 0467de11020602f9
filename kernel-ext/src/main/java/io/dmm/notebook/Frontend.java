package io.dmm.notebook;

import io.dmm.notebook.render.Bundle;

/** What a notebook's kernel does for this library. */
public interface Frontend {
    /** Whether a cell runs, so that something can be shown below it. */
    boolean isAttached();

    /** A place below the cell that runs, empty at first; it may be filled after the cell ended. */
    Display newDisplay();

    /** A place for one value that is replaced as it changes. */
    interface Display {
        /** Shows a value in place of the one before; on any thread that nobody interrupts. */
        void show(Bundle bundle);
    }
}
