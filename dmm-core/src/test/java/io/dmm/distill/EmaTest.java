package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.Reference;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the average against torch.lerp and diffusers' EMAModel. */
class EmaTest {
    private static final List<String> NAMES = List.of("a", "b");

    private Reference reference;
    private NDManager manager;
    private Map<String, NDArray> parameters;

    @BeforeEach
    void load() {
        reference = Reference.open("ema");
        manager = reference.manager();
        parameters = new LinkedHashMap<>();
        NAMES.forEach(name -> parameters.put(name, reference.value("initial." + name)));
    }

    @AfterEach
    void close() {
        reference.close();
    }

    @ParameterizedTest
    @CsvSource({"lerp, false", "ema_model, true"})
    void everyUpdate_equalsTheReference(String fixture, boolean warmsUp) {
        double decay = reference.config().json().get("decay").doubleValue();
        Ema ema = new Ema(manager, parameters, new EmaDecay(decay, warmsUp));
        for (int step = 0; step < 12; step++) {
            takeStep(step);
            ema.update();
            for (String name : NAMES) {
                // a rounding or two of values up to about 3
                assertArrayEquals(
                        reference.value(fixture + "." + step + "." + name).toFloatArray(),
                        ema.averages().get(name).toFloatArray(),
                        5e-7f,
                        fixture + " " + step);
            }
        }
    }

    @Test
    void restoredState_goesOnAsTheOriginal() {
        Ema whole = new Ema(manager, parameters, EmaDecay.warmedUp(0.7));
        takeStep(0);
        whole.update();
        takeStep(1);
        whole.update();
        takeStep(2);
        Ema resumed = new Ema(manager, parameters, EmaDecay.warmedUp(0.7));
        Map<String, NDArray> state = resumed.state();
        whole.state().forEach((name, array) -> Ops.assign(state.get(name), array));
        whole.update();
        resumed.update();
        for (String name : NAMES) {
            assertArrayEquals(
                    whole.averages().get(name).toFloatArray(),
                    resumed.averages().get(name).toFloatArray());
        }
    }

    @Test
    void average_ofParametersInTraining_recordsNothing() {
        parameters.values().forEach(parameter -> parameter.setRequiresGradient(true));
        try (GradMode mode = GradMode.on()) {
            Ema ema = new Ema(manager, parameters, EmaDecay.constant(0.9));
            ema.update();
            ema.averages().values().forEach(average -> assertFalse(average.hasGradient()));
        }
    }

    @Test
    void averages_areFreedWithTheirManager() {
        NDManager memory = manager.newSubManager();
        Ema ema = new Ema(memory, parameters, EmaDecay.constant(0.9));
        ema.update();
        memory.close();
        ema.state().values().forEach(array -> assertTrue(array.isReleased()));
        assertFalse(parameters.get("a").isReleased());
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, Double.NaN})
    void decayOutOfRange_isRefused(double decay) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> EmaDecay.constant(decay));
        assertEquals(
                "EMA: decay, expected at least 0 and below 1 but was " + decay + "; 0.999 is usual",
                refusal.getMessage());
    }

    private void takeStep(int step) {
        for (String name : NAMES) {
            Ops.assign(parameters.get(name), reference.value("parameter." + step + "." + name));
        }
    }
}
