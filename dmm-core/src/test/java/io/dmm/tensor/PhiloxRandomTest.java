package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.tensor.PhiloxRandom.Purpose;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PhiloxRandomTest {
    /** The three philox4x32-10 lines of the file kat_vectors of Random123. */
    @Test
    void philox_givesTheKnownAnswersOfRandom123() {
        assertArrayEquals(
                new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
                PhiloxRandom.philox(new int[] {0, 0, 0, 0}, 0, 0));
        assertArrayEquals(
                new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                PhiloxRandom.philox(new int[] {-1, -1, -1, -1}, -1, -1));
        assertArrayEquals(
                new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
                PhiloxRandom.philox(
                        new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                        0xa4093822,
                        0x299f31d0));
    }

    @Test
    void nextInt_walksTheBlocksOfItsCounter() {
        long seed = 0x0123456789abcdefL;
        long step = 0x7000000000000005L;
        PhiloxRandom random = PhiloxRandom.of(seed, step, Purpose.TIMESTEP);
        for (int block = 0; block < 3; block++) {
            int[] counter = {block, 1, 5, 0x70000000};
            int[] expected = PhiloxRandom.philox(counter, 0x89abcdef, 0x01234567);
            for (int word : expected) {
                assertEquals(word, random.nextInt());
            }
        }
    }

    @Test
    void streams_differBySeedStepAndPurpose() {
        Set<Long> firstDraws = new HashSet<>();
        for (Purpose purpose : Purpose.values()) {
            for (long value : new long[] {0, 1, 1L << 32, -1}) {
                firstDraws.add(PhiloxRandom.of(value, 3, purpose).nextLong());
                firstDraws.add(PhiloxRandom.of(3, value, purpose).nextLong());
            }
        }
        assertEquals(8 * Purpose.values().length, firstDraws.size());
    }

    @Test
    void normals_ofFewerValuesAreAPrefix() {
        float[] many = PhiloxRandom.of(7, 11, Purpose.NOISE).normals(101);
        float[] few = PhiloxRandom.of(7, 11, Purpose.NOISE).normals(33);
        assertArrayEquals(few, Arrays.copyOf(many, 33));
    }

    @Test
    void normals_haveTheMomentsOfTheNormalDistribution() {
        int count = 1_000_000;
        float[] values = PhiloxRandom.of(1, 2, Purpose.NOISE).normals(count);
        double[] moments = new double[5];
        double neighbours = 0;
        for (int i = 0; i < count; i++) {
            for (int k = 1; k <= 4; k++) {
                moments[k] += Math.pow(values[i], k) / count;
            }
            neighbours += values[i] * values[(i + 1) % count] / count;
        }
        // five standard errors of each moment: sqrt((E x^2k - (E x^k)^2) / count)
        assertEquals(0, moments[1], 5e-3);
        assertEquals(1, moments[2], 7.1e-3);
        assertEquals(0, moments[3], 19.4e-3);
        assertEquals(3, moments[4], 49e-3);
        assertEquals(0, neighbours, 5e-3);
    }

    @Test
    void nextInt_withinABoundIsUniform() {
        PhiloxRandom random = PhiloxRandom.of(5, 0, Purpose.DATA);
        int[] counts = new int[10];
        for (int i = 0; i < 100_000; i++) {
            counts[random.nextInt(10)]++;
        }
        double chiSquare = 0;
        for (int count : counts) {
            chiSquare += Math.pow(count - 10_000, 2) / 10_000;
        }
        // 99.99th percentile of chi-square with 9 degrees of freedom
        assertTrue(chiSquare < 33.7, "chi-square " + chiSquare);
    }

    @Test
    void normals_refuseANegativeCount() {
        PhiloxRandom random = PhiloxRandom.of(5, 0, Purpose.DATA);
        assertThrows(IllegalArgumentException.class, () -> random.normals(-1));
    }
}
