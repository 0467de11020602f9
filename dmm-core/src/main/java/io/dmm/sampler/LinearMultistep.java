package io.dmm.sampler;

import ai.djl.ndarray.NDArray;
import java.util.LinkedList;

/**
 * Linear multistep of order 4, "LMS": the Adams-Bashforth method for uneven steps in Karras's σ
 * (Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, section III.5). The cubic
 * through the last four noises is integrated over the step. From a picture, too, it begins with the
 * one noise there is; diffusers takes the weights of four.
 */
final class LinearMultistep implements SamplingMethod {
    private static final int ORDER = 4;

    @Override
    public NDArray run(SamplingLoop loop) {
        VarianceExploding space = new VarianceExploding(loop);
        NDArray latents = space.start();
        LinkedList<NDArray> noises = new LinkedList<>(); // the newest first
        for (int i = loop.first(); i < loop.steps(); i++) {
            noises.addFirst(space.noise(latents, i));
            if (noises.size() > ORDER) {
                noises.removeLast();
            }
            latents = latents.duplicate();
            for (int j = 0; j < noises.size(); j++) {
                double weight = weight(space, i, j, noises.size());
                latents.addi(noises.get(j).mul((float) weight));
            }
            loop.endStep(latents, noises.toArray(NDArray[]::new));
        }
        return latents;
    }

    /**
     * The integral of Lagrange's polynomial j over step i; two Gauss points are exact for cubics.
     */
    private static double weight(VarianceExploding space, int i, int j, int order) {
        double middle = (space.sigma(i) + space.sigma(i + 1)) / 2;
        double half = (space.sigma(i + 1) - space.sigma(i)) / 2;
        double reach = half / Math.sqrt(3);
        return half
                * (lagrange(space, i, j, order, middle - reach)
                        + lagrange(space, i, j, order, middle + reach));
    }

    /** The polynomial that is 1 at the σ of j steps ago and 0 at the others. */
    private static double lagrange(VarianceExploding space, int i, int j, int order, double sigma) {
        double product = 1;
        for (int k = 0; k < order; k++) {
            if (k != j) {
                double other = space.sigma(i - k);
                product *= (sigma - other) / (space.sigma(i - j) - other);
            }
        }
        return product;
    }
}
