package io.dmm.distill;

import io.dmm.data.RowListener;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;

/** Times an activity, tells a listener, and ends it when the thread is interrupted. */
public final class ProgressMeter implements RowListener {
    private static final double SMOOTHING = 0.05;

    private final TrainingListener listener;
    private final String activity;
    private final long total;
    private final LongSupplier nanoTime;
    private final long start;
    private long unitStart;
    private long unitEnd;
    private long done;
    private long timed;
    private long advances;
    private double secondsEach;
    private double pauses;

    public ProgressMeter(TrainingListener listener, String activity, long total) {
        this(listener, activity, 0, total, System::nanoTime);
    }

    /**
     * @param done units that an earlier run finished
     */
    ProgressMeter(
            TrainingListener listener,
            String activity,
            long done,
            long total,
            LongSupplier nanoTime) {
        this.listener = listener;
        this.activity = activity;
        this.done = done;
        this.total = total;
        this.nanoTime = nanoTime;
        start = nanoTime.getAsLong();
        unitStart = start;
        unitEnd = start;
    }

    /**
     * Stops an interrupted activity between two units of its work.
     *
     * @throws CancellationException if the thread is interrupted; its status is cleared
     */
    public void checkInterrupted() {
        if (Thread.interrupted()) {
            throw new CancellationException(activity + ", after " + done + " of " + total);
        }
    }

    /** Takes the time of {@code count} finished units. */
    public void advance(long count) {
        long now = nanoTime.getAsLong();
        double each = (now - unitStart) / 1e9 / count;
        unitStart = now;
        unitEnd = now;
        done += count;
        timed += count;
        advances++;
        // a running mean at first: the early steps weigh alike
        secondsEach += Math.max(SMOOTHING, 1.0 / advances) * (each - secondsEach);
    }

    /**
     * Tells the listener; what happened since the last unit ended is not counted for the next, but
     * as a pause that comes again.
     */
    public void report() {
        double each = timed == 0 ? seconds() / done : secondsEach + pauses / timed;
        long millis = (long) (1e3 * each * (total - done));
        listener.onProgress(new Progress(activity, done, total, Duration.ofMillis(millis)));
        unitStart = nanoTime.getAsLong();
        pauses += (unitStart - unitEnd) / 1e9;
    }

    /** Takes the time of {@code count} finished units and tells the listener. */
    @Override
    public void made(int count) {
        advance(count);
        report();
    }

    /** As {@link #made}, of units whose time says nothing of the others'. */
    @Override
    public void found(int count) {
        done += count;
        unitEnd = nanoTime.getAsLong();
        report();
    }

    /** Smoothed time of one unit. */
    double secondsEach() {
        return secondsEach;
    }

    /** Since the activity began. */
    double seconds() {
        return (unitEnd - start) / 1e9;
    }
}
