package io.dmm.distill;

import io.dmm.pipeline.PngParameters;
import io.dmm.weights.WriteFailure;
import java.awt.image.BufferedImage;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The record of a run for TensorBoard: a file {@code events.out.tfevents.<time>.<host>.<process>}
 * of {@code Event} messages, each framed as a TFRecord.
 *
 * <p>A run that resumes begins another file in the same folder, with the mark on which the viewer
 * drops the steps that are made again.
 */
final class TensorBoardLog implements Closeable {
    // fields of event.proto and summary.proto
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int SESSION_STATUS = 1;
    private static final int SESSION_START = 1;
    private static final int VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SCALAR = 2;
    private static final int VALUE_IMAGE = 4;
    private static final int IMAGE_HEIGHT = 1;
    private static final int IMAGE_WIDTH = 2;
    private static final int IMAGE_COLORSPACE = 3;
    private static final int IMAGE_BYTES = 4;
    private static final int RGB = 3;

    private static final int CRC_DELTA = 0xA282EAD8;
    private static final int CRC_ROTATION = 15;

    private final Path path;
    private final OutputStream file;
    private final Clock clock;
    private boolean begun;

    /**
     * Begins a file; the caller closes it.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    TensorBoardLog(Path path, Clock clock) {
        this.path = path;
        this.clock = clock;
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            // not Files.newOutputStream: an interrupted thread closes that
            file = new FileOutputStream(path.toFile());
        } catch (IOException e) {
            throw WriteFailure.of(path, e);
        }
        write(event().text(FILE_VERSION, "brain.Event:2"));
    }

    /** As the constructor, under a new name in the folder. */
    static TensorBoardLog in(Path folder) {
        Clock clock = Clock.systemUTC();
        String stem =
                String.format(
                        Locale.ROOT,
                        "events.out.tfevents.%010d.%s.%d",
                        clock.instant().getEpochSecond(),
                        host(),
                        ProcessHandle.current().pid());
        Path file = folder.resolve(stem);
        for (int again = 1; Files.exists(file); again++) {
            file = folder.resolve(stem + "." + again);
        }
        return new TensorBoardLog(file, clock);
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Writes {@code loss/total}, {@code loss/score}, {@code loss/score/ink}, … of a step. */
    void write(StepMetrics metrics) {
        Protobuf summary = new Protobuf();
        scalar(summary, "loss/total", metrics.loss());
        scalar(summary, "learning_rate", metrics.learningRate());
        scalar(summary, "gradient_norm", metrics.gradientNorm());
        scalar(summary, "samples_per_second", metrics.samplesPerSecond());
        metrics.losses().forEach((name, value) -> scalar(summary, "loss/" + tag(name), value));
        write(metrics.step(), summary);
    }

    /** Writes {@code closed_gap/ink}, … */
    void write(Validation validation) {
        Protobuf summary = new Protobuf();
        for (Map.Entry<String, Double> figure : validation.figures().entrySet()) {
            scalar(summary, tag(figure.getKey()), figure.getValue());
        }
        write(validation.step(), summary);
    }

    /** Writes a picture as {@code samples/<name>}. */
    void write(long step, String name, BufferedImage picture) {
        Protobuf image =
                new Protobuf()
                        .integer(IMAGE_HEIGHT, picture.getHeight())
                        .integer(IMAGE_WIDTH, picture.getWidth())
                        .integer(IMAGE_COLORSPACE, RGB)
                        .bytes(IMAGE_BYTES, PngParameters.encode(picture, ""));
        Protobuf value =
                new Protobuf().text(VALUE_TAG, "samples/" + name).message(VALUE_IMAGE, image);
        write(step, new Protobuf().message(VALUE, value));
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw WriteFailure.of(path, e);
        }
    }

    private static void scalar(Protobuf summary, String tag, double value) {
        summary.message(
                VALUE, new Protobuf().text(VALUE_TAG, tag).real(VALUE_SCALAR, (float) value));
    }

    /** {@code closedGap.ink} becomes {@code closed_gap/ink}: a card of the viewer for each name. */
    private static String tag(String name) {
        int end = name.contains(".") ? name.indexOf('.') : name.length();
        String first =
                name.substring(0, end).replaceAll("\\p{Upper}", "_$0").toLowerCase(Locale.ROOT);
        return end == name.length() ? first : first + "/" + name.substring(end + 1);
    }

    private void write(long step, Protobuf summary) {
        if (!begun) {
            begun = true;
            Protobuf start = new Protobuf().integer(SESSION_STATUS, SESSION_START);
            write(event().integer(STEP, step).message(SESSION_LOG, start));
        }
        write(event().integer(STEP, step).message(SUMMARY, summary));
    }

    private Protobuf event() {
        return new Protobuf().real(WALL_TIME, clock.millis() / 1e3);
    }

    /** A record: length, its checksum, content, its checksum; in one call, as it is read live. */
    private void write(Protobuf event) {
        byte[] content = event.toBytes();
        ByteBuffer record =
                ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + content.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(content.length);
        record.putInt(maskedCrc(record.array(), Long.BYTES));
        record.put(content).putInt(maskedCrc(content, content.length));
        try {
            file.write(record.array());
        } catch (IOException e) {
            throw WriteFailure.of(path, e);
        }
    }

    private static int maskedCrc(byte[] bytes, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, count);
        return Integer.rotateRight((int) crc.getValue(), CRC_ROTATION) + CRC_DELTA;
    }
}
