package io.dmm;

import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Compute;
import io.dmm.weights.ModelDescription;
import io.dmm.weights.ModelFileException;
import java.nio.file.Path;

/**
 * The entry: merges diffusion experts into one model by distillation (DMM, arXiv 2504.12364).
 *
 * <pre>{@code
 * MergedModel merged = Dmm.distill(base).experts(experts).captions(pictures).steps(2000).run();
 * merged.sample("a red house").style("ink").seed(7).image();
 * }</pre>
 */
public final class Dmm {
    private Dmm() {}

    /** Begins a distillation whose student starts from the weights of {@code base}. */
    public static Distillation distill(StableDiffusion base) {
        return new Distillation(base, null, true);
    }

    /**
     * Begins to measure by their pictures how near merged models come to experts of {@code base}.
     */
    public static Evaluation evaluate(StableDiffusion base) {
        return new Evaluation(base);
    }

    /** Says which device, memory and versions there are. */
    public static Environment environment() {
        return Environment.of(Compute.device());
    }

    /**
     * Says what a model file or folder is, from its headers alone: a checkpoint, a LoRA, an
     * autoencoder, …, with its parts, types and metadata.
     *
     * @throws ModelFileException if it is no safetensors file and no diffusers folder
     */
    public static ModelDescription inspect(Path path) {
        return ModelDescription.of(path);
    }
}
