package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import io.dmm.Reference;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.TorchRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Holds the optimiser against torch.optim.AdamW after clip_grad_norm_. */
class AdamWTest {
    private static final double NO_CLIPPING = 1e30;

    private final NDManager manager = Compute.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void everyStep_equalsTorch() {
        try (Reference reference = Reference.open("optim")) {
            JsonNode config = reference.config().json();
            List<String> names = List.of("a", "b", "c");
            List<NDArray> parameters =
                    names.stream().map(name -> reference.value("initial." + name)).toList();
            try (AdamW optimizer =
                    new AdamW(
                            manager, named(parameters), config.get("weight_decay").doubleValue())) {
                for (int step = 0; step < 5; step++) {
                    for (int i = 0; i < names.size(); i++) {
                        accumulate(
                                parameters.get(i),
                                reference.value("gradient." + step + "." + names.get(i)));
                    }
                    double norm =
                            optimizer.step(
                                    config.get("lr").doubleValue(),
                                    config.get("max_norm").doubleValue());
                    float expectedNorm = reference.value("norm." + step).getFloat();
                    assertEquals(expectedNorm, norm, 1e-6 * expectedNorm);
                    for (int i = 0; i < names.size(); i++) {
                        // a few roundings of values up to about 2
                        assertArrayEquals(
                                reference
                                        .value("after." + step + "." + names.get(i))
                                        .toFloatArray(),
                                parameters.get(i).toFloatArray(),
                                1e-6f);
                    }
                }
            }
        }
    }

    @Test
    void gradients_addUpUntilTheStepClearsThem() {
        NDArray parameter = manager.create(new float[] {1, 2});
        try (AdamW optimizer = new AdamW(manager, named(List.of(parameter)), 0)) {
            accumulate(parameter, manager.create(new float[] {3, 0}));
            accumulate(parameter, manager.create(new float[] {0, 4}));
            assertEquals(5, optimizer.step(1e-3, NO_CLIPPING), 1e-6);
            assertArrayEquals(new float[2], parameter.getGradient().toFloatArray());
        }
    }

    @Test
    void weightDecay_shrinksParametersWithoutGradient() {
        NDArray parameter = manager.create(new float[] {1, -2});
        try (AdamW optimizer = new AdamW(manager, named(List.of(parameter)), 0.1)) {
            accumulate(parameter, manager.create(new float[2]));
            optimizer.step(0.5, NO_CLIPPING);
        }
        assertArrayEquals(new float[] {0.95f, -1.9f}, parameter.toFloatArray(), 1e-6f);
    }

    @Test
    void parameterThatTheLossDoesNotUse_staysAsItIs() {
        NDArray used = manager.create(new float[] {1});
        NDArray unused = manager.create(new float[] {2});
        try (AdamW optimizer = new AdamW(manager, named(List.of(used, unused)), 0)) {
            accumulate(used, manager.create(new float[] {1}));
            assertEquals(1, optimizer.step(0.1, 1));
        }
        assertArrayEquals(new float[] {2}, unused.toFloatArray());
    }

    @Test
    void gradientThatIsNotFinite_isClearedWithoutEffect() {
        NDArray spoilt = manager.create(new float[] {1, 2});
        NDArray sound = manager.create(new float[] {3});
        NDArray spoiltTwin = manager.create(new float[] {1, 2});
        NDArray soundTwin = manager.create(new float[] {3});
        try (AdamW optimizer = new AdamW(manager, named(List.of(spoilt, sound)), 0.1);
                AdamW twin = new AdamW(manager, named(List.of(spoiltTwin, soundTwin)), 0.1)) {
            accumulate(spoilt, manager.create(new float[] {Float.NaN, 1}));
            accumulate(sound, manager.create(new float[] {1}));
            assertTrue(Double.isNaN(optimizer.step(0.1, 1)));
            assertArrayEquals(new float[] {1, 2}, spoilt.toFloatArray());
            assertArrayEquals(new float[] {3}, sound.toFloatArray());

            Consumer<List<NDArray>> soundGradients =
                    parameters -> {
                        accumulate(parameters.get(0), manager.create(new float[] {1, -1}));
                        accumulate(parameters.get(1), manager.create(new float[] {0.5f}));
                    };
            soundGradients.accept(List.of(spoilt, sound));
            soundGradients.accept(List.of(spoiltTwin, soundTwin));
            assertEquals(twin.step(0.1, 1), optimizer.step(0.1, 1));
        }
        assertArrayEquals(spoiltTwin.toFloatArray(), spoilt.toFloatArray());
        assertArrayEquals(soundTwin.toFloatArray(), sound.toFloatArray());
    }

    @Test
    void close_freesTheStateAndEndsTheTraining() {
        NDArray parameter = manager.create(new float[] {1, 2});
        NDArray gradient = manager.create(new float[] {1, 1});
        AdamW optimizer = new AdamW(manager, named(List.of(parameter)), 0);
        accumulate(parameter, gradient);
        optimizer.step(0.1, 1);
        assertEquals(5, manager.getManagedArrays().size(), "with mean, variance and step count");
        optimizer.close();
        assertEquals(2, manager.getManagedArrays().size());
        assertFalse(parameter.hasGradient());
        assertFalse(parameter.isReleased());
    }

    @Test
    void stateWrittenIntoAnother_continuesByteForByte() {
        Map<String, NDArray> first = named(List.of(normal(1, 3), normal(2, 5)));
        Map<String, NDArray> second = named(List.of(normal(3, 3), normal(4, 5)));
        try (AdamW optimizer = new AdamW(manager, first, 0.1);
                AdamW other = new AdamW(manager, second, 0.1)) {
            for (int step = 0; step < 3; step++) {
                update(optimizer, first, step);
            }
            update(other, second, 9);
            first.forEach((name, parameter) -> overwrite(second.get(name), parameter));
            other.state().forEach((name, array) -> overwrite(array, optimizer.state().get(name)));
            for (int step = 3; step < 6; step++) {
                update(optimizer, first, step);
                update(other, second, step);
            }
            first.forEach((name, parameter) -> assertSameBits(parameter, second.get(name)));
            optimizer
                    .state()
                    .forEach((name, array) -> assertSameBits(array, other.state().get(name)));
            assertEquals(6, other.state().get("step.p1").getFloat());
        }
    }

    private NDArray normal(int seed, int size) {
        return manager.create(new TorchRandom(seed).normal(size));
    }

    private void update(AdamW optimizer, Map<String, NDArray> parameters, int step) {
        parameters.forEach(
                (name, parameter) ->
                        accumulate(parameter, normal(10 + step, (int) parameter.size())));
        optimizer.step(0.01, 1);
    }

    private static void overwrite(NDArray array, NDArray values) {
        Ops.assign(array, values);
    }

    private static void assertSameBits(NDArray expected, NDArray actual) {
        assertEquals(expected.toByteBuffer(), actual.toByteBuffer());
    }

    private static Map<String, NDArray> named(List<NDArray> parameters) {
        Map<String, NDArray> named = new LinkedHashMap<>();
        parameters.forEach(parameter -> named.put("p" + named.size(), parameter));
        return named;
    }

    /** The gradient of Σ p·g by p is g, exactly. */
    private static void accumulate(NDArray parameter, NDArray gradient) {
        try (GradMode on = GradMode.on();
                NDArray products = parameter.mul(gradient);
                NDArray sum = products.sum()) {
            GradMode.backward(sum);
        }
    }
}
