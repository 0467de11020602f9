package io.dmm.distill;

/** A term of what a distillation minimises (DMM, arXiv 2504.12364, Eq. 13). */
public sealed interface Loss permits ScoreLoss, FeatureImitation, AdversarialLoss {

    /** The student predicts the noise that the experts predict (Eq. 9); every run has it. */
    static ScoreLoss score() {
        return new ScoreLoss(Double.POSITIVE_INFINITY);
    }

    /**
     * The student's blocks follow the experts' (Eq. 10), by the mean as in the authors' code.
     *
     * @param weight λ_feat; 0.002 in the authors' code
     */
    static FeatureImitation features(double weight) {
        return features(weight, Reduction.CODE_MEAN);
    }

    /**
     * The student's blocks follow the experts' (Eq. 10).
     *
     * @param weight λ_feat; 0.001 in the paper, which sums
     */
    static FeatureImitation features(double weight, Reduction reduction) {
        return new FeatureImitation(weight, reduction);
    }

    /**
     * A discriminator judges what the student makes of the noise (Eq. 11, 12), training at the
     * paper's rate.
     *
     * @param weight λ_adv; 0.01 in the paper. Here it stands beside a score that is averaged over
     *     all elements; the paper does not say whether its own is
     */
    static AdversarialLoss adversarial(double weight) {
        return new AdversarialLoss(weight, AdversarialLoss.PAPER_RATE);
    }

    /** Whether it takes what the networks predict for noise, not for a velocity. */
    boolean needsNoise();
}
