package io.dmm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Converts between pictures and arrays (B, 3, H, W) in [−1, 1]. */
public final class Pixels {
    private static final float HALF_RANGE = 127.5f;

    private Pixels() {}

    /** Pictures of one size as one array; what is transparent lies over white. */
    public static NDArray toArray(NDManager manager, List<BufferedImage> images) {
        if (images.isEmpty()) {
            throw new IllegalArgumentException("pictures: expected at least 1 but was 0");
        }
        int width = images.get(0).getWidth();
        int height = images.get(0).getHeight();
        int plane = width * height;
        float[] values = new float[images.size() * 3 * plane];
        int offset = 0;
        for (BufferedImage image : images) {
            if (image.getWidth() != width || image.getHeight() != height) {
                throw new IllegalArgumentException(
                        "pictures of a batch: expected "
                                + (width + "×" + height)
                                + " but was "
                                + (image.getWidth() + "×" + image.getHeight()));
            }
            int[] rgb = Colors.rgb(image, 0, height);
            for (int i = 0; i < plane; i++) {
                for (int channel = 0; channel < 3; channel++) {
                    int level = rgb[i] >> (16 - 8 * channel) & 0xFF;
                    values[offset + channel * plane + i] = level / HALF_RANGE - 1;
                }
            }
            offset += 3 * plane;
        }
        return manager.create(values, new Shape(images.size(), 3, height, width));
    }

    /** One picture per row of the batch; values outside [−1, 1] are clipped. */
    public static List<BufferedImage> toImages(NDArray pixels) {
        Shape shape = pixels.getShape();
        int height = (int) shape.get(2);
        int width = (int) shape.get(3);
        int plane = width * height;
        float[] values = pixels.toFloatArray();
        List<BufferedImage> images = new ArrayList<>();
        for (int offset = 0; offset < values.length; offset += 3 * plane) {
            int[] rgb = new int[plane];
            for (int i = 0; i < plane; i++) {
                for (int channel = 0; channel < 3; channel++) {
                    rgb[i] = rgb[i] << 8 | level(values[offset + channel * plane + i]);
                }
            }
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            image.setRGB(0, 0, width, height, rgb, 0, width);
            images.add(image);
        }
        return images;
    }

    private static int level(float value) {
        return Math.round((Math.max(-1, Math.min(1, value)) + 1) * HALF_RANGE);
    }
}
