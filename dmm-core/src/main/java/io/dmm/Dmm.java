package io.dmm;

import io.dmm.pipeline.StableDiffusion;

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
        return new Distillation(base);
    }
}
