package io.dmm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDManager;
import io.dmm.weights.SafeTensorsFile;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchRandomTest {
    /**
     * A few float roundings of values up to about 5: the logarithm and cosine are another
     * library's.
     */
    private static final float TOLERANCE = 1e-6f;

    private static NDManager manager;
    private static SafeTensorsFile reference;

    @BeforeAll
    static void openReference() throws Exception {
        manager = NDManager.newBaseManager();
        reference =
                SafeTensorsFile.open(
                        Path.of(
                                TorchRandomTest.class
                                        .getResource("/reference/random/values.safetensors")
                                        .toURI()));
    }

    @AfterAll
    static void close() {
        reference.close();
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 7, (1L << 32) - 1, (1L << 32) + 5, Long.MAX_VALUE})
    void normal_equalsTorchForEverySeedAndCount(long seed) {
        for (String shape : new String[] {"1x4x16x16", "3x5x7", "2x4x2x2", "15"}) {
            assertIsNormal(seed, seed + "." + shape);
        }
    }

    @Test
    void normal_equalsTorchForLatentsOf512Pixels() {
        assertIsNormal(7, "7.1x4x64x64");
    }

    @Test
    void normal_equalsDiffusersForAListOfGenerators() {
        float[] expected = values("generators_7_to_10.4x4x16x16");
        int each = expected.length / 4;
        for (int i = 0; i < 4; i++) {
            float[] one = new float[each];
            System.arraycopy(expected, i * each, one, 0, each);
            assertArrayEquals(one, new TorchRandom(7 + i).normal(each), TOLERANCE);
        }
    }

    @Test
    void normal_continuesWhereTheLastDrawEnded() {
        TorchRandom random = new TorchRandom(7);
        float[] first = values("7.first_draw.3x5x7");
        float[] second = values("7.second_draw.4x8");
        assertArrayEquals(first, random.normal(first.length), TOLERANCE);
        assertArrayEquals(second, random.normal(second.length), TOLERANCE);
    }

    @Test
    void normal_keepsTheSpareValueOfAnOddShortDraw() {
        float[] together = new TorchRandom(3).normal(4);
        TorchRandom random = new TorchRandom(3);
        float[] one = random.normal(1);
        float[] three = random.normal(3);
        assertArrayEquals(together, new float[] {one[0], three[0], three[1], three[2]});
    }

    @ParameterizedTest
    @CsvSource({"-1, 4294967295", "5, 4294967301"})
    void seeds_countByTheirLow32Bits(long seed, long same) {
        assertArrayEquals(new TorchRandom(seed).normal(20), new TorchRandom(same).normal(20));
    }

    @Test
    void normal_ofNothingIsEmptyAndOfLessIsRefused() {
        assertEquals(0, new TorchRandom(0).normal(0).length);
        assertThrows(IllegalArgumentException.class, () -> new TorchRandom(0).normal(-1));
    }

    private static void assertIsNormal(long seed, String key) {
        float[] expected = values(key);
        assertArrayEquals(expected, new TorchRandom(seed).normal(expected.length), TOLERANCE, key);
    }

    private static float[] values(String key) {
        return reference.load(key, manager).toFloatArray();
    }
}
