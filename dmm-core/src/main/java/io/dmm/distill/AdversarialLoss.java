package io.dmm.distill;

/**
 * The multi-class adversarial term (DMM, arXiv 2504.12364, Eq. 11 and 12): a discriminator learns
 * to tell the experts' pictures from each other and from the student's, and the student to pass.
 *
 * @param weight λ_adv, above 0; 0.01 in the paper
 * @param learningRate of the discriminator, above 0; 1e-5 in the paper
 */
public record AdversarialLoss(double weight, double learningRate) implements Loss {
    static final double PAPER_RATE = 1e-5;

    public AdversarialLoss {
        requirePositive("weight", weight);
        requirePositive("learning rate", learningRate);
    }

    /** The same with a discriminator of another learning rate. */
    public AdversarialLoss withLearningRate(double rate) {
        return new AdversarialLoss(weight, rate);
    }

    private static void requirePositive(String what, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "adversarial loss: " + what + ", expected a number above 0 but was " + value);
        }
    }

    @Override
    public boolean needsNoise() {
        return true;
    }
}
