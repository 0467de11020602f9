package io.dmm.notebook.render;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * PNG (W3C, 2003) of drawings that are redrawn while a training needs the processor: each row is
 * stored as its difference from the one above, where Java's own writer tries all five filters and
 * takes several times as long.
 */
final class QuickPng {
    private static final long SIGNATURE = 0x89504e470d0a1a0aL;
    private static final int BYTES_PER_PIXEL = 3;
    private static final byte UP = 2;

    private QuickPng() {}

    /** Encodes a picture of {@link BufferedImage#TYPE_INT_RGB}. */
    static byte[] encode(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] header =
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) 8) // bits
                        .put((byte) 2) // red, green, blue
                        .array();
        byte[] rows = deflated(filtered(image, width, height));
        ByteArrayOutputStream png = new ByteArrayOutputStream(rows.length + 100);
        png.writeBytes(ByteBuffer.allocate(8).putLong(SIGNATURE).array());
        chunk(png, "IHDR", header);
        chunk(png, "IDAT", rows);
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static byte[] filtered(BufferedImage image, int width, int height) {
        int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
        byte[] rows = new byte[height * (1 + BYTES_PER_PIXEL * width)];
        int to = 0;
        for (int y = 0; y < height; y++) {
            rows[to++] = UP;
            for (int x = 0; x < width; x++) {
                int pixel = pixels[y * width + x];
                int above = y == 0 ? 0 : pixels[(y - 1) * width + x];
                rows[to++] = (byte) ((pixel >> 16) - (above >> 16));
                rows[to++] = (byte) ((pixel >> 8) - (above >> 8));
                rows[to++] = (byte) (pixel - above);
            }
        }
        return rows;
    }

    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            deflater.setInput(bytes);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[1 << 16];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        png.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        png.writeBytes(name);
        png.writeBytes(data);
        png.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
