package io.dmm.distill;

import java.nio.file.Path;

/** A process that saves one checkpoint after the other until it is killed. */
final class CheckpointChild {
    private static final int LINES = 2000;

    private CheckpointChild() {}

    public static void main(String[] arguments) {
        System.out.println("started");
        Path folder = Path.of(arguments[0]);
        try (CheckpointStore store = CheckpointStore.open(folder, 2, SavedFiles.CONFIGURATION)) {
            long step = store.newest().map(StoredCheckpoint::step).orElse(0L);
            while (true) {
                step++;
                store.saveFiles(step, SavedFiles.of(text(step)));
                System.out.println("saved " + step);
            }
        }
    }

    static String text(long step) {
        return ("of step " + step + "\n").repeat(LINES);
    }
}
