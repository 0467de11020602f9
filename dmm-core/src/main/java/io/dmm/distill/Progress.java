package io.dmm.distill;

import java.time.Duration;
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
}
