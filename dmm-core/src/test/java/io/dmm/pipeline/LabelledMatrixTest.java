package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelledMatrixTest {
    @Test
    void text_isATableWithNumbersFlushRight() {
        LabelledMatrix matrix =
                new LabelledMatrix(
                        "Gap",
                        List.of("ink", "pixel art"),
                        List.of("a", "longer"),
                        List.of(List.of(-0.001, 0.25), List.of(Double.NaN, -1.0)));
        assertEquals(
                """
                Gap
                              a  longer
                ink        0.00    0.25
                pixel art  none   -1.00
                """,
                matrix.toString());
    }

    @Test
    void digits_areThreeForTheGreatest() {
        assertEquals("12.3", row(12.345, -3.0).texts().apply(12.345));
        assertEquals("-120", row(12.345, -120.2).texts().apply(-120.2));
        assertEquals("12", row(12.345, -120.2).texts().apply(12.345));
        assertEquals("0.33", row(0.333, -120.2).texts().apply(0.333));
        assertEquals("-3.3", row(-3.333, -120.2).texts().apply(-3.333));
        assertEquals("0", row(0.0, -120.2).texts().apply(0.0));
        assertEquals("0.0123", row(0.01234, 0.001).texts().apply(0.01234));
        assertEquals("1.23e-05", row(1.234e-5, 1e-6).texts().apply(1.234e-5));
        assertEquals("0.00", row(0.0, 0.0).texts().apply(0.0));
    }

    @Test
    void laterChangesOfTheLists_changeNothing() {
        List<Double> row = new ArrayList<>(List.of(1.0));
        List<String> labels = new ArrayList<>(List.of("a"));
        LabelledMatrix matrix = new LabelledMatrix("", labels, labels, List.of(row));
        row.set(0, 2.0);
        labels.set(0, "b");
        assertEquals(1, matrix.value(0, 0));
        assertEquals(List.of("a"), matrix.rowLabels());
    }

    @Test
    void wrongShapes_areRefused() {
        assertEquals(
                "LabelledMatrix 'Gap': values in row 1, expected 2 as there are labels but was 1",
                refusal(List.of("a", "b"), List.of(List.of(1.0, 2.0), List.of(3.0))));
        assertEquals(
                "LabelledMatrix 'Gap': rows, expected 2 as there are labels but was 1",
                refusal(List.of("a", "b"), List.of(List.of(1.0, 2.0))));
        assertEquals(
                "LabelledMatrix 'Gap': expected at least one row and one column",
                refusal(List.of(), List.of()));
        assertEquals(
                "LabelledMatrix 'Gap': row 0, expected finite values but was [Infinity]",
                refusal(List.of("a"), List.of(List.of(Double.POSITIVE_INFINITY))));
    }

    private static LabelledMatrix row(double... values) {
        List<Double> row = Arrays.stream(values).boxed().toList();
        List<String> labels = row.stream().map(String::valueOf).toList();
        return new LabelledMatrix("", List.of("row"), labels, List.of(row));
    }

    private static String refusal(List<String> labels, List<List<Double>> values) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> new LabelledMatrix("Gap", labels, labels, values))
                .getMessage();
    }
}
