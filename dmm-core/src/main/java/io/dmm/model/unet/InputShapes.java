package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** Refuses what a network of {@code config} cannot be asked, before anything is computed. */
record InputShapes(UNetConfig config) {
    void check(NDArray latents, float[] timesteps, NDArray context) {
        Shape shape = latents.getShape();
        expect(
                shape.dimension() == 4 && shape.get(1) == config.inChannels() && shape.size() > 0,
                "latents",
                "(B, " + config.inChannels() + ", H, W)",
                shape);
        long batch = shape.get(0);
        int times = timesteps.length;
        expect(times == batch || times == 1, "timesteps", batch + " values or one", times);
        Shape text = context.getShape();
        expect(
                text.dimension() == 3
                        && text.get(0) == batch
                        && text.get(2) == config.crossAttentionDim(),
                "context",
                "(" + batch + ", S, " + config.crossAttentionDim() + ")",
                text);
    }

    void check(NDArray latents, float[] timesteps, NDArray context, NDArray style) {
        check(latents, timesteps, context);
        if (style != null) {
            Shape expected = new Shape(latents.getShape().get(0), config.styles());
            boolean fits =
                    config.styles() > 0
                            && (style.getShape().equals(expected)
                                    || style.getShape().equals(new Shape(1, config.styles())));
            expect(fits, "style", expected, style.getShape());
        }
    }

    private static void expect(boolean holds, String what, Object expected, Object actual) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "UNet: " + what + ", expected " + expected + " but was " + actual);
        }
    }
}
