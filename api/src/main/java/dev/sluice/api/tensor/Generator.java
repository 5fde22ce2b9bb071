package dev.sluice.api.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A stream of random numbers from a seed: the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), as PyTorch's
 * {@code torch.Generator} on the CPU. Safe for several threads; each draw then goes to one of them, and those of a tensor, of a dropout or of a shuffle go to one in one
 * piece.
 */
public final class Generator implements RandomGenerator {
    private static final int SIZE = 624;
    private static final int SHIFT = 397;
    private static final Generator SHARED = new Generator(System.nanoTime());

    private final int[] state = new int[SIZE];
    private int next;
    private String from; // what the stream began with,
    private long before; // and how much of it was drawn, less next
    private double spareNormal = Double.NaN;

    public Generator(long seed) {
        seed(seed);
    }

    /** The one that layers draw from when they are given none; seeded by the clock unless {@link #seed} is called on it. */
    public static Generator shared() {
        return SHARED;
    }

    /** Starts the stream of {@code seed}, of which the low 32 bits count. */
    public synchronized void seed(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < SIZE; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
        next = SIZE;
        spareNormal = Double.NaN;
        from = "seed=" + seed;
        before = -SIZE;
    }

    /** Where the stream is: what {@link #restore} takes to go on from here. */
    public synchronized int[] state() {
        int[] all = Arrays.copyOf(state, SIZE + 3);
        long spare = Double.doubleToRawLongBits(spareNormal);
        all[SIZE] = next;
        all[SIZE + 1] = (int) (spare >>> 32);
        all[SIZE + 2] = (int) spare;
        return all;
    }

    /**
     * Goes on from where another stream, or this one, was.
     *
     * @throws IllegalArgumentException when it is not what {@link #state()} gave
     */
    public synchronized void restore(int[] state) {
        if (state.length != SIZE + 3 || state[SIZE] < 0 || state[SIZE] > SIZE) {
            throw new IllegalArgumentException("Generator: a state of " + state.length + " numbers; " + (SIZE + 3) + " that state() gave are required");
        }
        System.arraycopy(state, 0, this.state, 0, SIZE);
        next = state[SIZE];
        from = "restored";
        before = -next;
        spareNormal = Double.longBitsToDouble((long) state[SIZE + 1] << 32 | Integer.toUnsignedLong(state[SIZE + 2]));
    }

    @Override
    public synchronized int nextInt() {
        return draw();
    }

    /** The next 32 bits; the caller holds the lock. */
    private int draw() {
        if (next == SIZE) {
            twist();
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    /** Two draws, the first in the high half. */
    @Override
    public synchronized long nextLong() {
        long high = nextInt();
        return high << 32 | Integer.toUnsignedLong(nextInt());
    }

    /** Uniform in [0, 1) on a grid of 2⁻²⁴, one draw. */
    @Override
    public float nextFloat() {
        return unit(nextInt());
    }

    private static float unit(int bits) {
        return (bits & 0xffffff) * 0x1p-24f;
    }

    /** Uniform in [0, 1) on a grid of 2⁻⁵³, two draws. */
    @Override
    public double nextDouble() {
        return (nextLong() & ((1L << 53) - 1)) * 0x1p-53;
    }

    /** Uniform from low to high: {@code fma(nextFloat(), high − low, low)}, which rounding may bring to high itself. */
    public float uniform(float low, float high) {
        return Math.fma(nextFloat(), high - low, low);
    }

    /** {@code count} numbers as {@link #uniform(float, float)} would give them one by one. */
    synchronized void uniform(float low, float high, MemorySegment target, int count) {
        for (int i = 0; i < count; i++) {
            target.setAtIndex(JAVA_FLOAT, i, Math.fma(unit(draw()), high - low, low));
        }
    }

    /** {@code count} numbers as {@link #normal()} would give them one by one. */
    synchronized void normal(MemorySegment target, int count) {
        for (int i = 0; i < count; i++) {
            target.setAtIndex(JAVA_FLOAT, i, (float) normal());
        }
    }

    /** Normal with mean 0 and deviation 1, by Box and Muller's method in double. */
    public synchronized double normal() {
        if (!Double.isNaN(spareNormal)) {
            double spare = spareNormal;
            spareNormal = Double.NaN;
            return spare;
        }
        double angle = 2 * Math.PI * nextDouble();
        double radius = StrictMath.sqrt(-2 * StrictMath.log1p(-nextDouble()));
        spareNormal = radius * StrictMath.sin(angle);
        return radius * StrictMath.cos(angle);
    }

    /** Puts {@code items} in random order (Fisher and Yates), one draw for each but the first. */
    public synchronized void shuffle(int[] items) {
        for (int i = items.length - 1; i > 0; i--) {
            int k = (int) (Integer.toUnsignedLong(draw()) * (i + 1) >>> 32);
            int item = items[i];
            items[i] = items[k];
            items[k] = item;
        }
    }

    private void twist() {
        for (int i = 0; i < SIZE; i++) {
            int y = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
            state[i] = state[(i + SHIFT) % SIZE] ^ (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
        }
        next = 0;
        before += SIZE;
    }

    /** The seed, and how many times 32 bits were drawn since: {@code Generator(seed=0, drawn=1248)}. One that was restored knows no seed. */
    @Override
    public synchronized String toString() {
        return "Generator(" + from + ", drawn=" + (before + next) + ")";
    }
}
