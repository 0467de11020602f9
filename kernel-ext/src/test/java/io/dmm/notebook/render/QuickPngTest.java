package io.dmm.notebook.render;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class QuickPngTest {
    @Test
    void everyPixel_isReadBack() throws IOException {
        BufferedImage image = new BufferedImage(37, 23, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(1);
        for (int i = 0; i < 37 * 23; i++) {
            image.setRGB(i % 37, i / 37, random.nextInt(1 << 24));
        }
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(QuickPng.encode(image)));
        assertEquals(37, read.getWidth());
        assertEquals(23, read.getHeight());
        for (int i = 0; i < 37 * 23; i++) {
            assertEquals(image.getRGB(i % 37, i / 37), read.getRGB(i % 37, i / 37));
        }
    }
}
