package io.dmm.tensor;

/**
 * The normal draws of torch's CPU generator, so that a seed means here what it means in diffusers.
 *
 * <p>The bits come from the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), the normals
 * from Box-Muller as torch's {@code randn} arranges it for 32-bit floats. Two draws from one
 * generator follow each other as in torch: {@code normal(3)} is no prefix of {@code normal(16)}. An
 * instance belongs to one thread.
 */
public final class TorchRandom {
    private static final int STATE_SIZE = 624;
    private static final int SHIFT_SIZE = 397;
    private static final int BLOCK = 16;
    private static final float TWO_PI = (float) (2 * Math.PI);

    private final int[] state = new int[STATE_SIZE];
    private int next = STATE_SIZE;
    private double spare = Double.NaN;

    /** A generator in the state after {@code torch.manual_seed(seed)}: the low 32 bits count. */
    public TorchRandom(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < STATE_SIZE; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    /** The next {@code count} standard normal values, as one call of torch's {@code randn}. */
    public float[] normal(int count) {
        if (count < 0) {
            throw new IllegalArgumentException(
                    "TorchRandom: count, expected at least 0 but was " + count);
        }
        float[] values = new float[count];
        if (count < BLOCK) {
            for (int i = 0; i < count; i++) {
                values[i] = (float) nextNormal();
            }
            return values;
        }
        for (int i = 0; i < count; i++) {
            values[i] = nextFloat();
        }
        for (int start = 0; start + BLOCK <= count; start += BLOCK) {
            boxMuller(values, start);
        }
        if (count % BLOCK != 0) {
            // torch does not fill up the last block, it draws the last 16 values anew
            int start = count - BLOCK;
            for (int i = start; i < count; i++) {
                values[i] = nextFloat();
            }
            boxMuller(values, start);
        }
        return values;
    }

    /**
     * Turns 16 uniform values into normal ones: value i gives the radius, value i + 8 the angle.
     */
    private static void boxMuller(float[] values, int start) {
        for (int i = start; i < start + BLOCK / 2; i++) {
            float radius = (float) Math.sqrt(-2 * Math.log(1 - values[i]));
            float theta = TWO_PI * values[i + BLOCK / 2];
            values[i] = radius * (float) Math.cos(theta);
            values[i + BLOCK / 2] = radius * (float) Math.sin(theta);
        }
    }

    /** Box-Muller in double precision, which keeps its second value for the next call. */
    private double nextNormal() {
        if (!Double.isNaN(spare)) {
            double normal = spare;
            spare = Double.NaN;
            return normal;
        }
        double theta = 2 * Math.PI * nextDouble();
        double radius = Math.sqrt(-2 * Math.log1p(-nextDouble()));
        spare = radius * Math.sin(theta);
        return radius * Math.cos(theta);
    }

    private float nextFloat() {
        return (nextInt() & 0xFFFFFF) * 0x1p-24f;
    }

    private double nextDouble() {
        long high = (long) nextInt() << 32;
        long low = nextInt() & 0xFFFFFFFFL;
        return ((high | low) & 0x1FFFFFFFFFFFFFL) * 0x1p-53;
    }

    private int nextInt() {
        if (next == STATE_SIZE) {
            twist();
            next = 0;
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >>> 18);
    }

    private void twist() {
        for (int i = 0; i < STATE_SIZE; i++) {
            int y = (state[i] & 0x80000000) | (state[(i + 1) % STATE_SIZE] & 0x7FFFFFFF);
            int odd = -(y & 1) & 0x9908B0DF;
            state[i] = state[(i + SHIFT_SIZE) % STATE_SIZE] ^ (y >>> 1) ^ odd;
        }
    }
}
