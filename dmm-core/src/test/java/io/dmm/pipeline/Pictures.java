package io.dmm.pipeline;

import java.awt.image.BufferedImage;
import java.util.List;

/** The pixels of pictures, to compare. */
final class Pictures {
    private Pictures() {}

    /** A picture of 5×4 pixels, one of them blue. */
    static BufferedImage small() {
        BufferedImage image = new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB);
        image.setRGB(2, 1, 0x123456);
        return image;
    }

    static int[] rgb(BufferedImage image) {
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    static int[][] rgb(List<GeneratedImage> images) {
        return images.stream().map(image -> rgb(image.image())).toArray(int[][]::new);
    }
}
