package io.dmm.pipeline;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The seeds of pictures: counted up from the first, anew for each prompt or through all of them, or
 * each of a prompt's given by itself.
 */
final class Seeds {
    private final long first;
    private final boolean throughPrompts;
    private final long[] given;

    private Seeds(long first, boolean throughPrompts, long... given) {
        this.first = first;
        this.throughPrompts = throughPrompts;
        this.given = given;
    }

    /** The same for each prompt. */
    static Seeds from(long first) {
        return new Seeds(first, false);
    }

    /** No two alike. */
    static Seeds throughPromptsFrom(long first) {
        return new Seeds(first, true);
    }

    static Seeds of(long... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("seeds: expected at least one but was none");
        }
        return new Seeds(values[0], false, values.clone());
    }

    /**
     * The seeds of {@code count} pictures of a prompt.
     *
     * @param prompt its index
     * @throws IllegalArgumentException if another number was given
     */
    long[] of(int prompt, int count) {
        if (given.length == 0) {
            long begin = throughPrompts ? first + (long) prompt * count : first;
            return LongStream.iterate(begin, seed -> seed + 1).limit(count).toArray();
        }
        if (given.length != count) {
            throw new IllegalArgumentException(
                    "images: expected " + given.length + ", one for each seed, but was " + count);
        }
        return given;
    }

    /** What the columns of a grid of {@code count} pictures of each prompt have in common. */
    List<String> labels(int count) {
        return throughPrompts
                ? IntStream.rangeClosed(1, count).mapToObj(i -> "picture " + i).toList()
                : Arrays.stream(of(0, count)).mapToObj(seed -> "seed " + seed).toList();
    }
}
