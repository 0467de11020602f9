package io.dmm.distill;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one training step measured: a line of {@code metrics.jsonl}.
 *
 * @param step the step, from 1
 * @param loss the whole loss, weights included; not finite where the step was skipped
 * @param gradientNorm the norm over all gradients before clipping; likewise
 * @param seconds the time since this process began to train; a resumed run counts anew
 * @param losses the parts of the loss by name, {@code score}, by name and expert, {@code
 *     score.ink}, and what the discriminator trains on itself, {@code discriminator}, in
 *     alphabetical order; may be empty
 */
public record StepMetrics(
        long step,
        double loss,
        double learningRate,
        double gradientNorm,
        double samplesPerSecond,
        double seconds,
        Map<String, Double> losses) {
    /** Before an expert's name: the part of the loss that is its score. */
    public static final String SCORE_OF = "score.";

    public StepMetrics {
        if (step < 1) {
            throw new IllegalArgumentException(
                    "StepMetrics: step, expected 1 or more but was " + step);
        }
        losses = Collections.unmodifiableMap(new TreeMap<>(losses));
    }

    /** Whether the student stayed as it was, since its loss or gradient was not finite. */
    public boolean skipped() {
        return !Double.isFinite(loss) || !Double.isFinite(gradientNorm);
    }
}
