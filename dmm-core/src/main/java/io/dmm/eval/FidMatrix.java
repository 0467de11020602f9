package io.dmm.eval;

import io.dmm.pipeline.LabelledMatrix;
import java.util.List;
import java.util.Locale;

/**
 * How near a merged model's pictures come to its experts' (DMM, arXiv 2504.12364, section 4.1).
 *
 * @param styles M(i, j): FID of the model's pictures in style i and those of expert j
 * @param reference the same of each expert's pictures with the model's seeds in the place of the
 *     model's: what another draw alone costs
 * @param extractor whose features were compared
 * @param pictures in each set
 */
public record FidMatrix(
        LabelledMatrix styles, LabelledMatrix reference, String extractor, long pictures) {

    /** FIDt, the trace of M: the lower the better; it grows with the number of styles. */
    public double total() {
        return trace(styles);
    }

    /** FIDt of the experts themselves with other seeds, which no model is expected to undercut. */
    public double referenceTotal() {
        return trace(reference);
    }

    /** What a style is further from its expert than the expert from itself, in the mean. */
    public double excess() {
        return (total() - referenceTotal()) / count();
    }

    /** The share of styles whose pictures are nearest to their own expert's. */
    public double accuracy() {
        long right = 0;
        for (int i = 0; i < count(); i++) {
            List<Double> row = styles.values().get(i);
            double own = row.get(i);
            right += row.stream().allMatch(distance -> distance >= own) ? 1 : 0;
        }
        return (double) right / count();
    }

    private int count() {
        return styles.rowLabels().size();
    }

    private static double trace(LabelledMatrix matrix) {
        double trace = 0;
        for (int i = 0; i < matrix.rowLabels().size(); i++) {
            trace += matrix.value(i, i);
        }
        return trace;
    }

    /** The figures in a line. */
    public String inShort() {
        return String.format(
                Locale.ROOT,
                "FIDt %.4g, the experts' own %.4g, excess a style %.3g, %.0f %% nearest to their expert",
                total(),
                referenceTotal(),
                excess(),
                100 * accuracy());
    }

    /** Both matrices and the figures, as text. */
    @Override
    public String toString() {
        return "%s\n%s\n%s\n".formatted(styles, reference, inShort());
    }
}
