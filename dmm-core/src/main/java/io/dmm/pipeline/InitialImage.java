package io.dmm.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.data.Pixels;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.sampler.NoiseSource;
import io.dmm.sampler.Start;
import io.dmm.tensor.Scope;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * The picture that another one is made from, as diffusers' StableDiffusionImg2ImgPipeline does, but
 * in the size that is asked for instead of its own.
 */
record InitialImage(BufferedImage image, double strength) {
    InitialImage {
        if (image == null) {
            throw new IllegalArgumentException(
                    "image to image: expected a picture but was null, as ImageIO.read gives for a"
                            + " format that Java does not read, such as WebP; convert it to PNG");
        }
        Start.requireStrength(strength);
    }

    /**
     * Draws latents from the picture's distribution, one for each sample of the batch.
     *
     * @param noise is drawn from once
     * @return latents on {@code memory}
     */
    Start start(NDManager memory, AutoencoderKl vae, NoiseSource noise, int width, int height) {
        try (Scope scope = Scope.of(memory)) {
            NDArray pixels = pixels(scope.manager(), width, height);
            NDArray draw = noise.draw();
            draw.attach(scope.manager());
            NDArray latents = vae.moments(pixels).sample(draw);
            latents.muli((float) vae.config().scalingFactor());
            return new Start(scope.keep(latents), strength);
        }
    }

    /** The picture scaled until it covers the size, its middle cut out: (1, 3, H, W). */
    NDArray pixels(NDManager memory, int width, int height) {
        NDArray pixels = Pixels.toArray(memory, List.of(image));
        if (image.getWidth() == width && image.getHeight() == height) {
            return pixels;
        }
        double factor =
                Math.max((double) width / image.getWidth(), (double) height / image.getHeight());
        int coveringWidth = (int) Math.round(image.getWidth() * factor);
        int coveringHeight = (int) Math.round(image.getHeight() * factor);
        BufferedImage scaled = Pixels.toImages(pixels).get(0); // plain RGB, whatever it was
        // a bilinear step to less than half would leave pixels unseen
        while (scaled.getWidth() >= 2 * coveringWidth && scaled.getHeight() >= 2 * coveringHeight) {
            int halfWidth = scaled.getWidth() / 2;
            int halfHeight = scaled.getHeight() / 2;
            scaled = drawn(scaled, halfWidth, halfHeight, halfWidth, halfHeight);
        }
        return Pixels.toArray(
                memory, List.of(drawn(scaled, coveringWidth, coveringHeight, width, height)));
    }

    /** Draws a picture at a size into the middle of a smaller one. */
    private static BufferedImage drawn(
            BufferedImage source, int drawnWidth, int drawnHeight, int width, int height) {
        BufferedImage target = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = target.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(
                source,
                (width - drawnWidth) / 2,
                (height - drawnHeight) / 2,
                drawnWidth,
                drawnHeight,
                null);
        graphics.dispose();
        return target;
    }
}
