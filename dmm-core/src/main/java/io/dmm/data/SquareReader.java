package io.dmm.data;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.Semaphore;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;

/**
 * Reads the square in the middle of a picture file, upright as EXIF says, and over white where it
 * is transparent.
 *
 * <p>16 bits become 8.
 */
final class SquareReader {
    /** More is a mistake or an attack: a file of some KB can claim any size. */
    static final long MOST_PIXELS = 100_000_000;

    private static final int PIXELS_PER_PERMIT = 1 << 10;

    /** Bounds the memory of pictures that are decoded at the same time. */
    private static final Semaphore MEMORY =
            new Semaphore((int) (MOST_PIXELS / PIXELS_PER_PERMIT) + 1);

    private SquareReader() {}

    /** What is done with the square while its memory is allowed for. */
    private interface Use<T> {
        T of(BufferedImage square);
    }

    /**
     * Reads the square and scales it to {@code size}×{@code size}.
     *
     * @throws IOException saying what is wrong with the file
     */
    static BufferedImage read(Path file, int size) throws IOException {
        ExifOrientation orientation = ExifOrientation.of(file);
        return decode(file, square -> orientation.upright(Lanczos.scale(square, size)));
    }

    /** Decodes a file to see that it can be. */
    static void checkDecodes(Path file) throws IOException {
        decode(file, square -> square);
    }

    private static <T> T decode(Path file, Use<T> use) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException("may not be read");
        }
        try (WatchedInput in = new WatchedInput(file)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IOException(
                        "expected a PNG, JPEG, BMP, GIF or TIFF picture but was something else;"
                                + " convert it, or download it again");
            }
            ImageReader reader = readers.next();
            try {
                // without metadata: no text chunk of any size is unpacked
                reader.setInput(in, true, true);
                in.endReached = false;
                T result = decode(reader, use);
                if (in.endReached) {
                    throw new IOException(
                            "expected a whole picture but its end is missing; download it again");
                }
                return result;
            } finally {
                reader.dispose();
            }
        } catch (RuntimeException e) {
            // the JDK's readers throw these at broken files
            throw new IOException("expected a whole picture but decoding failed with " + e, e);
        } catch (OutOfMemoryError e) {
            throw new IOException("takes more memory to decode than Java has", e);
        }
    }

    private static <T> T decode(ImageReader reader, Use<T> use) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        long pixels = (long) width * height;
        if (pixels > MOST_PIXELS) {
            throw new IOException(
                    "expected at most %d pixels but was %d×%d; scale it down first"
                            .formatted(MOST_PIXELS, width, height));
        }
        int side = Math.min(width, height);
        ImageReadParam square = reader.getDefaultReadParam();
        square.setSourceRegion(new Rectangle((width - side) / 2, (height - side) / 2, side, side));
        int permits = (int) (pixels / PIXELS_PER_PERMIT);
        MEMORY.acquireUninterruptibly(permits);
        try {
            return use.of(reader.read(0, square));
        } finally {
            MEMORY.release(permits);
        }
    }

    /** Notices when more is read than there is: some readers fill in what is missing. */
    private static final class WatchedInput extends FileImageInputStream {
        private boolean endReached;

        private WatchedInput(Path file) throws IOException {
            super(file.toFile());
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            endReached |= value < 0;
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            endReached |= count < 0;
            return count;
        }
    }
}
