package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.Reference;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.sampler.NoiseScheduleConfig;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Holds the adversarial loss and its discriminator against Eq. 11 and 12 in PyTorch. */
class AdversarialReferenceTest {
    private static final NoiseSchedule SCHEDULE = new NoiseSchedule(NoiseScheduleConfig.sd15());
    private static final String HEAD = "adversarial.head.";
    private static final int STYLES = 3;

    private final Reference network = Reference.open("unet");
    private final Reference reference = Reference.open("losses");
    private final NDManager manager = reference.manager();
    private final UNet base = new UNet(UNetConfig.read(network.config()), network.weights());
    private final Predictions predictions =
            new Predictions(
                    new NoisyLatents(value("latents"), timesteps("timesteps"), null),
                    value("student"),
                    value("teachers"),
                    styles(),
                    value("context"));
    private final Renoising renoising =
            new Renoising(timesteps("renoise_timesteps"), value("renoise"));

    @AfterEach
    void close() {
        reference.close();
        network.close();
    }

    /**
     * Of the gradient of the student, the largest of 4096 elements may differ by more than 1e-5
     * deviations: PyTorch's own in single precision is 0.8e-5 away.
     */
    private void assertGradient(String key, NDArray actual) {
        reference.assertClose(key, actual, 5e-5);
        NDArray expected = reference.value(key);
        double difference = actual.sub(expected).norm().getFloat();
        assertEquals(0, difference, 1e-5 * expected.norm().getFloat(), key);
    }

    @Test
    void denoisedLatents_equalTorch() {
        ForwardProcess process =
                ForwardProcess.at(manager, SCHEDULE, predictions.noisy().timesteps());
        reference.assertClose(
                "adversarial.denoised",
                process.denoised(predictions.noisy().latents(), predictions.student()),
                1e-5);
    }

    @Test
    void logits_equalTorchInBothUses() {
        Discriminator discriminator = new Discriminator(manager, base, STYLES, 1);
        restore(discriminator.parameters());
        NDArray latents =
                ForwardProcess.at(manager, SCHEDULE, renoising.timesteps())
                        .noised(reference.value("adversarial.denoised"), renoising.noise());
        NDArray features =
                discriminator.features(latents, renoising.timesteps(), predictions.context());
        reference.assertClose("adversarial.logits", discriminator.judge(features), 1e-5);
        reference.assertClose("adversarial.logits", discriminator.train(features), 1e-5);
    }

    @Test
    void studentsLossAndGradient_equalTorch() {
        NDArray student = predictions.student();
        student.setRequiresGradient(true);
        try (AdversarialTraining adversarial = adversarial();
                GradMode on = GradMode.on()) {
            NDArray loss = adversarial.loss(predictions, renoising);
            GradMode.backward(loss);
            float expected = reference.value("adversarial.loss").getFloat();
            assertEquals(expected, loss.getFloat(), 1e-5 * expected);
        }
        assertGradient("adversarial.gradient", student.getGradient());
    }

    @Test
    void discriminatorsLossAndGradients_equalTorch() {
        try (AdversarialTraining adversarial = adversarial()) {
            double loss = adversarial.accumulate(predictions, renoising, 0.5);
            float expected = reference.value("discriminator.loss").getFloat();
            assertEquals(expected, loss, 1e-5 * expected);
            adversarial
                    .parameters()
                    .forEach(
                            (name, parameter) ->
                                    assertGradient(
                                            "discriminator.gradient." + name,
                                            parameter.getGradient().mul(2)));
        }
    }

    private AdversarialTraining adversarial() {
        AdversarialTraining adversarial =
                new AdversarialTraining(manager, base, SCHEDULE, STYLES, Loss.adversarial(1), 1);
        restore(adversarial.parameters());
        return adversarial;
    }

    private void restore(Map<String, NDArray> parameters) {
        parameters.forEach(
                (name, parameter) -> Ops.assign(parameter, reference.value(HEAD + name)));
    }

    private NDArray value(String name) {
        return reference.value("adversarial." + name);
    }

    private float[] timesteps(String name) {
        long[] values = value(name).toLongArray();
        float[] timesteps = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            timesteps[i] = values[i];
        }
        return timesteps;
    }

    private int[] styles() {
        return Arrays.stream(value("styles").toLongArray()).mapToInt(Math::toIntExact).toArray();
    }
}
