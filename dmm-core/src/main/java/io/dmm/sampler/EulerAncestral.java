package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/**
 * Euler's method with ancestral sampling, "Euler a": each step goes below its aim and puts back
 * fresh noise with the variance of the posterior (Ho et al. 2020, arXiv 2006.11239, Eq. 7, in
 * Karras's σ).
 */
final class EulerAncestral implements SamplingMethod {
    @Override
    public NDArray run(SamplingLoop loop) {
        VarianceExploding space = new VarianceExploding(loop);
        NDArray latents = space.start();
        for (int i = loop.first(); i < loop.steps(); i++) {
            NDArray noise = space.noise(latents, i);
            double from = space.sigma(i);
            double to = space.sigma(i + 1);
            double up = to * Math.sqrt(1 - to * to / (from * from));
            double down = to * to / from; // √(to² − up²)
            latents = latents.add(noise.mul((float) (down - from)));
            latents.addi(loop.draw().mul((float) up));
            loop.endStep(latents);
        }
        return latents;
    }
}
