package io.dmm.notebook;

import io.dmm.distill.RunEnd;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws a run on a thread of its own: at most twice a second, so seldom that it takes less than a
 * hundredth of one core, and the more seldom the longer the run goes on. A server keeps every
 * picture until a browser takes it; a run of days sends about a thousand.
 *
 * <p>Nothing is published on the training's thread: an interrupt there would close the kernel's
 * sockets.
 */
final class LiveDisplay {
    private static final Logger LOGGER = LoggerFactory.getLogger(LiveDisplay.class);

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);

    /** The first drawings load and compile what draws: they are slow and say nothing of others. */
    private static final int COLD_DRAWINGS = 3;

    private static final Duration LONGEST_COLD_PAUSE = Duration.ofSeconds(5);

    private static final int PAUSES_PER_DRAWING = 99;

    private static final int PAUSES_PER_AGE = 200;

    private final Frontend.Display display;
    private final RunNotes notes = new RunNotes();
    private final long begin = System.nanoTime();
    private final Thread thread = new Thread(this::drawUntilEnd, "dmm-live");
    private boolean changed;
    private boolean ended;

    LiveDisplay(Frontend.Display display) {
        this.display = display;
        thread.setDaemon(true);
        thread.start();
    }

    synchronized void note(Consumer<RunNotes> news) {
        news.accept(notes);
        changed = true;
        notifyAll();
    }

    /** Draws once more and returns when that is shown; an interrupt meanwhile is kept. */
    void end(RunEnd end) {
        synchronized (this) {
            notes.end(end);
            ended = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void drawUntilEnd() {
        try {
            boolean last = false;
            for (int drawing = 1; !last; drawing++) {
                RunPicture picture;
                synchronized (this) {
                    while (!changed && !ended) {
                        wait();
                    }
                    picture = notes.picture();
                    last = ended;
                    changed = false;
                }
                long before = cpuNanos();
                display.show(picture.drawn().bundle(picture.text()));
                Duration took = Duration.ofNanos(cpuNanos() - before);
                pause(pauseAfter(drawing, took, Duration.ofNanos(System.nanoTime() - begin)));
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            LOGGER.warn("The run goes on, but is not shown any more", e);
        }
    }

    /**
     * How long to wait for the next drawing.
     *
     * @param drawing which it was, from 1
     * @param took of one core
     * @param age of the run
     */
    static Duration pauseAfter(int drawing, Duration took, Duration age) {
        Duration pause = took.multipliedBy(PAUSES_PER_DRAWING);
        if (drawing <= COLD_DRAWINGS) {
            pause = Collections.min(List.of(pause, LONGEST_COLD_PAUSE));
        }
        return Collections.max(List.of(pause, SHORTEST_PAUSE, age.dividedBy(PAUSES_PER_AGE)));
    }

    private synchronized void pause(Duration pause) throws InterruptedException {
        long until = System.nanoTime() + pause.toNanos();
        for (long left = pause.toMillis(); left > 0 && !ended; ) {
            wait(left);
            left = (until - System.nanoTime()) / 1_000_000;
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
