package io.dmm.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The checked header of a safetensors file; the data part begins at {@code dataStart}. */
record SafeTensorsHeader(
        Map<String, TensorInfo> tensors, Map<String, String> metadata, long dataStart) {
    static final int MAX_BYTES = 100_000_000;
    private static final int PROBE_BYTES = 64;

    static SafeTensorsHeader read(String where, FileChannel channel) throws IOException {
        long fileSize = channel.size();
        int length = length(where, channel, fileSize);
        byte[] json = readBytes(channel, Long.BYTES, length);
        HeaderParser parser = new HeaderParser(where);
        parser.parse(json);
        long dataStart = Long.BYTES + (long) length;
        checkSpans(where, parser.tensors(), fileSize - dataStart);
        return new SafeTensorsHeader(parser.tensors(), parser.metadata(), dataStart);
    }

    /** The header's length, once it is certain that the file is long enough to hold it. */
    private static int length(String where, FileChannel channel, long fileSize) throws IOException {
        byte[] probe = readBytes(channel, 0, (int) Math.min(fileSize, PROBE_BYTES));
        long longest = Math.min(fileSize - Long.BYTES, MAX_BYTES);
        if (probe.length <= Long.BYTES) {
            throw new ModelFileException(where + ": " + ForeignFile.describe(probe, longest));
        }
        long length = ByteBuffer.wrap(probe).order(ByteOrder.LITTLE_ENDIAN).getLong();
        boolean fits = length >= 0 && length <= longest;
        byte first = probe[Long.BYTES];
        if (!fits || !(first == '{' || Character.isWhitespace(first))) {
            throw new ModelFileException(where + ": " + ForeignFile.describe(probe, longest));
        }
        return (int) length;
    }

    private static byte[] readBytes(FileChannel channel, long position, int count)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        return bytes.array();
    }

    private static void checkSpans(String where, Map<String, TensorInfo> tensors, long dataBytes) {
        List<TensorInfo> byOffset =
                tensors.values().stream()
                        .sorted(
                                Comparator.comparingLong(TensorInfo::begin)
                                        .thenComparingLong(TensorInfo::end))
                        .toList();
        long next = 0;
        for (TensorInfo tensor : byOffset) {
            if (tensor.begin() != next) {
                throw new ModelFileException(
                        "%s: %s of %s, expected it to begin at byte %d but was %d; the file is damaged"
                                .formatted(
                                        where,
                                        tensor.begin() < next ? "overlap" : "hole in front",
                                        tensor.name(),
                                        next,
                                        tensor.begin()));
            }
            next = tensor.end();
        }
        if (next != dataBytes) {
            throw new ModelFileException(
                    "%s: %s, expected %d bytes of data but was %d; download or copy the file again"
                            .formatted(
                                    where,
                                    next > dataBytes ? "truncated" : "extra bytes at the end",
                                    next,
                                    dataBytes));
        }
    }
}
