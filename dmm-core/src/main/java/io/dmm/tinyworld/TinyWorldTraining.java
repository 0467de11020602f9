package io.dmm.tinyworld;

import ai.djl.ndarray.NDManager;
import io.dmm.distill.TrainingListener;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.model.vae.VaeConfig;
import io.dmm.tensor.Compute;
import io.dmm.weights.DType;
import io.dmm.weights.SafeTensorsWriter;
import io.dmm.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

public final class TinyWorldTraining {
    private static final long SEED = 1;
    private static final VaeConfig VAE = new VaeConfig(List.of(32, 48, 64), 1, 4, 8, 1, 64);

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Files.createDirectories(folder);
        long start = System.nanoTime();
        TrainingListener listener =
                p -> {
                    if (p.step() % 50 == 0) {
                        System.err.printf(
                                "%5.0f s step %d/%d loss %.4f lr %.2e %.1f/s left %s%n",
                                (System.nanoTime() - start) / 1e9,
                                p.step(),
                                p.totalSteps(),
                                p.loss(),
                                p.learningRate(),
                                p.samplesPerSecond(),
                                p.timeLeft());
                    }
                };
        try (NDManager manager = Compute.newManager()) {
            Weights weights = Weights.initial(manager, SEED);
            AutoencoderKl vae = new AutoencoderKl(VAE, weights);
            VaeTraining training = new VaeTraining(SEED);
            training.run(manager, vae, weights.taken().values(), listener);
            double factor = training.scalingFactor(manager, vae);
            SafeTensorsWriter.write(
                    folder.resolve("diffusion_pytorch_model.safetensors"),
                    weights.taken(),
                    DType.F16,
                    Map.of());
            Files.writeString(
                    folder.resolve("config.json"),
                    VAE.withScalingFactor(factor).toJson().toPrettyString());
        }
    }
}
