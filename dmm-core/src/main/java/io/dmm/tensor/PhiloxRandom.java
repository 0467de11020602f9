package io.dmm.tensor;

import java.util.random.RandomGenerator;

/**
 * Randomness as a function of (seed, step, purpose): the counter-based Philox4x32-10 (Salmon et al.
 * 2011, "Parallel random numbers: as easy as 1, 2, 3").
 *
 * <p>The key is the seed; the 128-bit counter holds the step (64 bits), the purpose (32) and the
 * number of the block (32), so no two streams of a seed share a block and a resumed run draws what
 * the uninterrupted one would have drawn. An instance belongs to one thread.
 */
public final class PhiloxRandom implements RandomGenerator {
    private static final int ROUNDS = 10;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;

    private final long seed;
    private final long step;
    private final Purpose purpose;
    private int block;
    private int[] words = {};
    private int next;

    private PhiloxRandom(long seed, long step, Purpose purpose) {
        this.seed = seed;
        this.step = step;
        this.purpose = purpose;
    }

    /**
     * What a stream is drawn for. The codes are part of every recorded run: never change or reuse
     * one; 3 and 5 were others'.
     */
    public enum Purpose {
        /** The noise added to latents. */
        NOISE(0),
        /** The timestep of each sample. */
        TIMESTEP(1),
        /** Which captions are dropped. */
        CAPTION(2),
        /** Which style a sample is given. */
        STYLE(4),
        /** Which samples make up a batch. */
        DATA(6),
        /** The noise added again to what a discriminator is shown. */
        RENOISE(7),
        /** The timestep of that noise. */
        RENOISE_TIMESTEP(8);

        private final int code;

        Purpose(int code) {
            this.code = code;
        }
    }

    /** The stream of one step of one run, from its beginning. */
    public static PhiloxRandom of(long seed, long step, Purpose purpose) {
        return new PhiloxRandom(seed, step, purpose);
    }

    @Override
    public int nextInt() {
        if (next == words.length) {
            int[] counter = {block++, purpose.code, (int) step, (int) (step >>> 32)};
            words = philox(counter, (int) seed, (int) (seed >>> 32));
            next = 0;
        }
        return words[next++];
    }

    @Override
    public long nextLong() {
        return (long) nextInt() << 32 | (nextInt() & 0xFFFFFFFFL);
    }

    /**
     * The next {@code count} standard normal values by Box-Muller, two from each two words; fewer
     * values are a prefix of more.
     */
    public float[] normals(int count) {
        if (count < 0) {
            throw new IllegalArgumentException(
                    "PhiloxRandom: count, expected at least 0 but was " + count);
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i += 2) {
            // (0, 1] for the logarithm, [0, 1) for the angle
            double radius = Math.sqrt(-2 * Math.log((nextUnsigned() + 1) * 0x1p-32));
            double theta = 2 * Math.PI * (nextUnsigned() * 0x1p-32);
            values[i] = (float) (radius * Math.cos(theta));
            if (i + 1 < count) {
                values[i + 1] = (float) (radius * Math.sin(theta));
            }
        }
        return values;
    }

    private long nextUnsigned() {
        return nextInt() & 0xFFFFFFFFL;
    }

    /** The ten rounds over one counter of four words; returns four random words. */
    static int[] philox(int[] counter, int key0, int key1) {
        int c0 = counter[0];
        int c1 = counter[1];
        int c2 = counter[2];
        int c3 = counter[3];
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (c0 & 0xFFFFFFFFL);
            long product1 = MULTIPLIER_1 * (c2 & 0xFFFFFFFFL);
            c0 = (int) (product1 >>> 32) ^ c1 ^ (key0 + round * WEYL_0);
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ (key1 + round * WEYL_1);
            c3 = (int) product0;
        }
        return new int[] {c0, c1, c2, c3};
    }
}
