package io.dmm.data;

import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How a camera was held, as the EXIF of a JPEG or PNG file says (tag 0x0112), and how to turn its
 * picture.
 */
enum ExifOrientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    UPSIDE_DOWN(false, true, true),
    UPSIDE_DOWN_MIRRORED(false, false, true),
    TRANSPOSED(true, false, false),
    TURN_RIGHT(true, true, false),
    TRANSVERSED(true, true, true),
    TURN_LEFT(true, false, true);

    private static final int START_OF_IMAGE = 0xFFD8;
    private static final int APP1 = 0xFFE1;
    private static final int FIRST_SEGMENT = 0xFFC0;
    private static final int START_OF_SCAN = 0xFFDA;
    private static final long EXIF = 0x457869660000L; // "Exif", 0, 0
    private static final int START_OF_PNG = 0x8950;
    private static final int PNG_SIGNATURE_REST = 6;
    private static final int PNG_EXIF = 0x65584966; // "eXIf"
    private static final int EXIF_BYTES = 6;
    private static final int TAG = 0x0112;
    private static final int ENTRY_BYTES = 12;

    private final boolean swapAxes;
    private final boolean flipX;
    private final boolean flipY;

    ExifOrientation(boolean swapAxes, boolean flipX, boolean flipY) {
        this.swapAxes = swapAxes;
        this.flipX = flipX;
        this.flipY = flipY;
    }

    /** What a file says; upright where it is of another format or says nothing that makes sense. */
    static ExifOrientation of(Path file) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            return switch (in.readUnsignedShort()) {
                case START_OF_IMAGE -> ofJpeg(in);
                case START_OF_PNG -> ofPng(in);
                default -> UPRIGHT;
            };
        } catch (EOFException | BufferUnderflowException | IllegalArgumentException e) {
            return UPRIGHT; // a turn is no reason to refuse a picture
        }
    }

    private static ExifOrientation ofJpeg(DataInputStream in) throws IOException {
        for (int marker = in.readUnsignedShort();
                marker >= FIRST_SEGMENT && marker != START_OF_SCAN;
                marker = in.readUnsignedShort()) {
            byte[] content = in.readNBytes(in.readUnsignedShort() - Short.BYTES);
            if (marker == APP1 && isExif(content)) {
                return ofTiff(
                        ByteBuffer.wrap(content, EXIF_BYTES, content.length - EXIF_BYTES).slice());
            }
        }
        return UPRIGHT;
    }

    private static ExifOrientation ofPng(DataInputStream in) throws IOException {
        in.skipNBytes(PNG_SIGNATURE_REST);
        while (true) {
            int length = in.readInt();
            if (in.readInt() == PNG_EXIF) {
                return ofTiff(ByteBuffer.wrap(in.readNBytes(length)));
            }
            in.skipNBytes(Integer.toUnsignedLong(length) + Integer.BYTES); // and the checksum
        }
    }

    private static boolean isExif(byte[] content) {
        return content.length > Long.BYTES
                && ByteBuffer.wrap(content).getLong() >>> Short.SIZE == EXIF;
    }

    /** Looks through the first directory of a TIFF structure. */
    private static ExifOrientation ofTiff(ByteBuffer tiff) {
        tiff.order(tiff.getShort() == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        tiff.position(tiff.getInt(Integer.BYTES));
        int entries = Short.toUnsignedInt(tiff.getShort());
        for (int i = 0; i < entries; i++) {
            int at = tiff.position();
            int tag = Short.toUnsignedInt(tiff.getShort());
            tiff.getShort(); // the type
            tiff.getInt(); // the count
            int value = tiff.getShort();
            if (tag == TAG) {
                return value >= 1 && value <= values().length ? values()[value - 1] : UPRIGHT;
            }
            tiff.position(at + ENTRY_BYTES);
        }
        return UPRIGHT;
    }

    /** Turns a square as its file says. */
    BufferedImage upright(BufferedImage square) {
        if (this == UPRIGHT) {
            return square;
        }
        int size = square.getWidth();
        BufferedImage turned = new BufferedImage(size, size, square.getType());
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int u = flipX ? size - 1 - x : x;
                int v = flipY ? size - 1 - y : y;
                turned.setRGB(x, y, swapAxes ? square.getRGB(v, u) : square.getRGB(u, v));
            }
        }
        return turned;
    }
}
