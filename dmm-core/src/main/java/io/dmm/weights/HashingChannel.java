package io.dmm.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Passes bytes on to a channel, which stays the caller's, and counts and hashes them. */
public final class HashingChannel implements WritableByteChannel {
    private final WritableByteChannel out;
    private final Sha256 hash = new Sha256();
    private long count;

    public HashingChannel(WritableByteChannel out) {
        this.out = out;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        ByteBuffer passed = bytes.duplicate();
        int written = out.write(bytes);
        hash.update(passed.limit(passed.position() + written));
        count += written;
        return written;
    }

    /** How many bytes have passed. */
    public long count() {
        return count;
    }

    /** The hash of all that passed since the last call, as 64 hexadecimal digits. */
    public String sha256() {
        return hash.hex();
    }

    @Override
    public boolean isOpen() {
        return out.isOpen();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
