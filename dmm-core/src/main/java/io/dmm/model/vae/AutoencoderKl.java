package io.dmm.model.vae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.model.layer.Conv2d;
import io.dmm.tensor.Precision;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;
import java.util.Map;

/**
 * The KL-regularised autoencoder of latent diffusion (Rombach et al., arXiv 2112.10752, section
 * 3.1).
 *
 * <p>Pictures are (B, 3, H, W) in [−1, 1]; latents are (B, latents, H/f, W/f) and, outside this
 * class, multiplied by {@link VaeConfig#scalingFactor()}. Pictures of more than 1024 × 1024 pixels
 * are encoded and decoded in tiles, see {@link Tiling}.
 */
public final class AutoencoderKl {
    /** Above, a picture goes in tiles: memory grows with the pixels at once. */
    private static final long PIXELS_AT_ONCE = 1 << 20;

    private final VaeConfig config;
    private final Map<String, NDArray> parameters;
    private final Precision precision;
    private final Encoder encoder;
    private final Conv2d quantConv;
    private final Conv2d postQuantConv;
    private final Decoder decoder;

    /** Mean and logarithm of the variance of the latents, unscaled; the caller closes them. */
    public record Moments(NDArray mean, NDArray logVariance) {

        /**
         * Latents of this distribution, unscaled: mean + deviation · noise.
         *
         * @param noise standard normal, of the shape of the mean or of a batch of it
         */
        public NDArray sample(NDArray noise) {
            try (Scope scope = Scope.over(mean, logVariance, noise)) {
                return scope.keep(logVariance.mul(0.5f).exp().mul(noise).add(mean));
            }
        }
    }

    public AutoencoderKl(VaeConfig config, Weights weights) {
        int latents = config.latentChannels();
        this.config = config;
        parameters = weights.taken();
        precision = weights.precision();
        encoder = new Encoder(weights.at("encoder"), config);
        quantConv = new Conv2d(weights.at("quant_conv"), 2 * latents, 2 * latents, 1);
        postQuantConv = new Conv2d(weights.at("post_quant_conv"), latents, latents, 1);
        decoder = new Decoder(weights.at("decoder"), config);
    }

    /** The same network with weights of its own on {@code manager}, which can be trained. */
    public AutoencoderKl copy(NDManager manager) {
        return new AutoencoderKl(config, Weights.copies(parameters(), manager));
    }

    public VaeConfig config() {
        return config;
    }

    /** The shapes of all tensors by diffusers' name. */
    public Map<String, Shape> shapes() {
        return Weights.shapes(parameters);
    }

    /**
     * Every tensor of this network by its diffusers name. Of a network read from a file, kernels
     * are in the layout of inference: {@link io.dmm.tensor.Ops#plainCopy} and {@link #copy} give
     * the values.
     *
     * @throws IllegalStateException in bf16: such arrays abort the JVM outside the network
     */
    public Map<String, NDArray> parameters() {
        requireFp32("VAE: parameters");
        return parameters;
    }

    /** Refuses, on behalf of {@code where}, a network whose weights are in bf16. */
    public void requireFp32(String where) {
        precision.requireFp32(where);
    }

    /** The distribution of the latents of pictures, unscaled. */
    public Moments moments(NDArray pixels) {
        return moments(pixels, isLarge(pixels, 1));
    }

    Moments moments(NDArray pixels, boolean tiled) {
        try (Scope scope = Scope.over(pixels)) {
            NDArray moments =
                    tiled
                            ? Tiling.ofPixels(config).apply(pixels, this::encodeWhole)
                            : encodeWhole(pixels);
            NDList parts = moments.split(2, 1);
            return new Moments(scope.keep(parts.get(0)), scope.keep(parts.get(1).clip(-30f, 20f)));
        }
    }

    /** Pictures of unscaled latents. */
    public NDArray decodeUnscaled(NDArray latents) {
        return decodeUnscaled(latents, isLarge(latents, config.downsampling()));
    }

    NDArray decodeUnscaled(NDArray latents, boolean tiled) {
        return tiled
                ? Tiling.ofLatents(config).apply(latents, this::decodeWhole)
                : decodeWhole(latents);
    }

    /** Scaled latents of pictures: the mean of their distribution. */
    public NDArray encode(NDArray pixels) {
        try (Scope scope = Scope.over(pixels)) {
            return scope.keep(moments(pixels).mean().mul((float) config.scalingFactor()));
        }
    }

    /** Pictures of scaled latents, not clipped to [−1, 1]. */
    public NDArray decode(NDArray latents) {
        try (Scope scope = Scope.over(latents)) {
            return scope.keep(decodeUnscaled(latents.div((float) config.scalingFactor())));
        }
    }

    private NDArray encodeWhole(NDArray pixels) {
        try (Scope scope = Scope.over(pixels)) {
            NDArray h = quantConv.forward(encoder.forward(precision.in(pixels)));
            return scope.keep(precision.out(h));
        }
    }

    private NDArray decodeWhole(NDArray latents) {
        try (Scope scope = Scope.over(latents)) {
            NDArray h = postQuantConv.forward(precision.in(latents));
            return scope.keep(precision.out(decoder.forward(h)));
        }
    }

    private static boolean isLarge(NDArray x, long pixelsPerSide) {
        long height = x.getShape().get(2) * pixelsPerSide;
        long width = x.getShape().get(3) * pixelsPerSide;
        return height * width > PIXELS_AT_ONCE;
    }
}
