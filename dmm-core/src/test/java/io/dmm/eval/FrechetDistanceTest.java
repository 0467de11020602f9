package io.dmm.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmm.Reference;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {
    private static final JsonNode REFERENCE = Reference.json("frechet/values.json");

    @Test
    void distance_isThatOfPytorchFid() {
        assertClose("many to others", "many", "others");
    }

    @Test
    void fewerPicturesThanFeatures_haveADistance() {
        assertClose("few to many", "few", "many");
    }

    private static void assertClose(String name, String from, String to) {
        double expected = REFERENCE.get(name).doubleValue();
        FeatureStatistics source = statistics(from);
        FeatureStatistics target = statistics(to);
        assertEquals(1, FrechetDistance.to(target).from(source) / expected, 1e-7, name);
        assertEquals(1, FrechetDistance.to(source).from(target) / expected, 1e-7, name);
    }

    @Test
    void distanceToItself_is0() {
        for (String name : new String[] {"many", "few"}) {
            FeatureStatistics statistics = statistics(name);
            assertEquals(0, FrechetDistance.to(statistics).from(statistics), 1e-5, name);
        }
    }

    @Test
    void equalCovariances_leaveTheDistanceOfTheMeans() {
        double[] identity = {1, 0, 0, 1};
        FeatureStatistics a = new FeatureStatistics("x", 9, new double[] {0, 0}, identity);
        FeatureStatistics b = new FeatureStatistics("x", 9, new double[] {3, 4}, identity);
        assertEquals(25, FrechetDistance.to(a).from(b), 1e-9);
    }

    @Test
    void featuresOfAnotherExtractor_areRefused() {
        double[] one = {1};
        FeatureStatistics a = new FeatureStatistics("Inception-v3", 2, one, one);
        FeatureStatistics b = new FeatureStatistics("another", 2, one, one);
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> FrechetDistance.to(a).from(b));
        assertEquals(
                "Fréchet distance: expected 1 features of Inception-v3 but was 1 of another",
                refusal.getMessage());
    }

    @Test
    void wrongStatistics_areRefused() {
        double[] one = {1};
        double[] nan = {Double.NaN};
        assertThrows(IllegalArgumentException.class, () -> new FeatureStatistics("x", 1, one, one));
        assertThrows(IllegalArgumentException.class, () -> new FeatureStatistics("x", 2, nan, one));
        assertThrows(
                IllegalArgumentException.class,
                () -> new FeatureStatistics("x", 2, one, new double[] {1, 2}));
    }

    private static FeatureStatistics statistics(String name) {
        return new FeatureStatistics(
                "reference",
                REFERENCE.get("features").get(name).size(),
                values(REFERENCE.get("means").get(name)),
                values(REFERENCE.get("covariances").get(name)));
    }

    static double[] values(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).doubleValue();
        }
        return values;
    }
}
