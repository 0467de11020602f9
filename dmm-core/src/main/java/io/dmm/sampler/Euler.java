package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/** Euler's method (Karras et al. 2022, arXiv 2206.00364, Algorithm 1 without its correction). */
final class Euler implements SamplingMethod {
    @Override
    public NDArray run(SamplingLoop loop) {
        VarianceExploding space = new VarianceExploding(loop);
        NDArray latents = space.start();
        for (int i = loop.first(); i < loop.steps(); i++) {
            NDArray noise = space.noise(latents, i);
            latents = latents.add(noise.mul((float) (space.sigma(i + 1) - space.sigma(i))));
            loop.endStep(latents);
        }
        return latents;
    }
}
