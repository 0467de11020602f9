package io.dmm.distill;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * Where a long activity stands.
 *
 * @param activity what is going on, for example {@code training}
 * @param done 1 … total, steps or pictures
 * @param timeLeft the estimate for what remains
 */
public record Progress(String activity, long done, long total, Duration timeLeft) {
    public Progress {
        if (done < 1 || done > total) {
            throw new IllegalArgumentException(
                    "Progress: done, expected 1 to " + total + " but was " + done);
        }
        Objects.requireNonNull(activity, "activity");
        Objects.requireNonNull(timeLeft, "timeLeft");
    }

    public boolean isLast() {
        return done == total;
    }

    /** The time left in words, for example {@code 2 min 05 s}. */
    public String timeLeftInWords() {
        return words(timeLeft);
    }

    /** A time to read: to the minute from an hour on. */
    public static String words(Duration time) {
        if (time.toHours() > 0) {
            return String.format(
                    Locale.ROOT, "%d h %02d min", time.toHours(), time.toMinutesPart());
        }
        if (time.toMinutes() > 0) {
            return String.format(
                    Locale.ROOT, "%d min %02d s", time.toMinutes(), time.toSecondsPart());
        }
        return time.toSeconds() + " s";
    }
}
