package io.dmm.sampler;

import ai.djl.ndarray.NDArray;

/**
 * What a network was trained to predict about latents = α x0 + σ noise with α² = ᾱ and σ² = 1 − ᾱ.
 */
public enum PredictionType {
    /** The noise (Ho et al. 2020, arXiv 2006.11239). */
    EPSILON {
        @Override
        NDArray denoised(NDArray latents, NDArray prediction, float alpha, float sigma) {
            return latents.sub(prediction.mul(sigma)).divi(alpha);
        }

        @Override
        NDArray noise(NDArray latents, NDArray prediction, float alpha, float sigma) {
            return prediction;
        }
    },

    /** The velocity α noise − σ x0 (Salimans and Ho 2022, arXiv 2202.00512). */
    V_PREDICTION {
        @Override
        NDArray denoised(NDArray latents, NDArray prediction, float alpha, float sigma) {
            return latents.mul(alpha).subi(prediction.mul(sigma));
        }

        @Override
        NDArray noise(NDArray latents, NDArray prediction, float alpha, float sigma) {
            return prediction.mul(alpha).addi(latents.mul(sigma));
        }
    };

    /** The x0 that a prediction implies. */
    abstract NDArray denoised(NDArray latents, NDArray prediction, float alpha, float sigma);

    /** The noise that a prediction implies. */
    abstract NDArray noise(NDArray latents, NDArray prediction, float alpha, float sigma);
}
