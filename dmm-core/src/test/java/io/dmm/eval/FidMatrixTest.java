package io.dmm.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmm.pipeline.LabelledMatrix;
import java.util.List;
import org.junit.jupiter.api.Test;

class FidMatrixTest {
    private static final List<String> NAMES = List.of("ink", "oil");
    private static final FidMatrix MATRIX =
            new FidMatrix(
                    matrix(List.of(3.0, 9.0), List.of(7.0, 8.0)),
                    matrix(List.of(2.0, 9.0), List.of(9.0, 4.0)),
                    "Inception-v3",
                    5000);

    @Test
    void figures_areOfTheDiagonals() {
        assertEquals(11, MATRIX.total());
        assertEquals(6, MATRIX.referenceTotal());
        assertEquals(2.5, MATRIX.excess());
    }

    @Test
    void accuracy_countsStylesNearestToTheirExpert() {
        assertEquals(0.5, MATRIX.accuracy());
        assertEquals(
                "FIDt 11.00, the experts' own 6.000, excess a style 2.50,"
                        + " 50 % nearest to their expert",
                MATRIX.inShort());
    }

    private static LabelledMatrix matrix(List<Double> first, List<Double> second) {
        return new LabelledMatrix("FID", NAMES, NAMES, List.of(first, second));
    }
}
