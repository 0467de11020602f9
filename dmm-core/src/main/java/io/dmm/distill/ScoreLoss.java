package io.dmm.distill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.tensor.TrainingOps;

/**
 * Score distillation (DMM, arXiv 2504.12364, Eq. 9): the mean over all elements of (ε(x_t, t, i; θ)
 * − ε(x_t, t; θ_i))², as in the authors' code; the paper's sum over teachers differs by a factor.
 *
 * @param minSnr γ of Min-SNR weighting (Hang et al., arXiv 2303.09556, section 3.4): samples whose
 *     signal-to-noise ratio SNR = ᾱ_t / (1 − ᾱ_t) exceeds γ count γ / SNR; above 0, infinite for
 *     none
 */
public record ScoreLoss(double minSnr) implements Loss {
    public ScoreLoss {
        if (!(minSnr > 0)) {
            throw new IllegalArgumentException(
                    "score: min-SNR, expected a number above 0 but was " + minSnr);
        }
    }

    /** The same with Min-SNR weighting; γ = 5 is usual. */
    public ScoreLoss withMinSnr(double gamma) {
        return new ScoreLoss(gamma);
    }

    @Override
    public boolean needsNoise() {
        return minSnr < Double.POSITIVE_INFINITY;
    }

    /** What a sample at this timestep counts; 1 without Min-SNR weighting. */
    double weight(NoiseSchedule schedule, int timestep) {
        double ratio = schedule.alpha(timestep) / schedule.sigma(timestep);
        return Math.min(1, minSnr / (ratio * ratio));
    }

    /**
     * Each sample's part of the loss, which is their mean.
     *
     * @param student the noise it predicts, (B, C, H, W)
     * @param teachers the noise that each sample's teacher predicts, (B, C, H, W)
     * @param weights what each sample counts, B of them
     * @return (B)
     */
    static NDArray perSample(NDArray student, NDArray teachers, float[] weights) {
        try (Scope scope = Scope.over(student, teachers)) {
            NDArray factors = Ops.create(scope.manager(), weights, new Shape(weights.length));
            return scope.keep(TrainingOps.msePerSample(student, teachers).mul(factors));
        }
    }
}
