package io.dmm.pipeline;

import java.util.stream.LongStream;

/** The seeds of the pictures of a prompt: counted up from the first, or each given by itself. */
final class Seeds {
    private final long first;
    private final long[] given;

    private Seeds(long first, long... given) {
        this.first = first;
        this.given = given;
    }

    static Seeds from(long first) {
        return new Seeds(first);
    }

    static Seeds of(long... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("seeds: expected at least one but was none");
        }
        return new Seeds(values[0], values.clone());
    }

    /**
     * The seeds of {@code count} pictures.
     *
     * @throws IllegalArgumentException if another number was given
     */
    long[] of(int count) {
        if (given.length == 0) {
            return LongStream.iterate(first, seed -> seed + 1).limit(count).toArray();
        }
        if (given.length != count) {
            throw new IllegalArgumentException(
                    "images: expected " + given.length + ", one for each seed, but was " + count);
        }
        return given;
    }
}
