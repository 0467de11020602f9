package io.dmm.sampler;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TimestepSpacingTest {
    @ParameterizedTest
    @EnumSource(TimestepSpacing.class)
    void positions_areTimestepsForAnyNumberOfThem(TimestepSpacing spacing) {
        for (int count = 1; count <= 999; count++) {
            double[] positions = spacing.positions(count, 1000, 1);
            assertTrue(
                    Arrays.stream(positions).allMatch(at -> at >= 0 && at <= 999),
                    count + ": " + Arrays.toString(positions));
        }
    }
}
