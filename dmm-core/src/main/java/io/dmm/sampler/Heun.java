package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/**
 * Heun's method of order 2 (Karras et al. 2022, arXiv 2206.00364, Algorithm 1): each step but the
 * last evaluates the network at both of its ends.
 */
final class Heun implements SamplingMethod {
    @Override
    public NDArray run(SamplingLoop loop) {
        VarianceExploding space = new VarianceExploding(loop);
        NDArray latents = space.start();
        for (int i = loop.first(); i < loop.steps(); i++) {
            NDArray noise = space.noise(latents, i);
            float stride = (float) (space.sigma(i + 1) - space.sigma(i));
            if (i < loop.steps() - 1) {
                NDArray euler = latents.add(noise.mul(stride));
                noise = noise.add(space.noise(euler, i + 1)).divi(2);
            }
            latents = latents.add(noise.mul(stride));
            loop.endStep(latents);
        }
        return latents;
    }
}
