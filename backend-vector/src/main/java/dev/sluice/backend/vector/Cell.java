package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.ORDER;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;
import static dev.sluice.backend.vector.Lanes.SPECIES;
import static dev.sluice.backend.vector.Lanes.VECTOR;

import dev.sluice.api.Activations;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The LSTM cell and its gradient for one vector of units in some rows, lane by lane as {@link dev.sluice.api.Backend} writes them, with the functions of
 * {@link Activations}.
 *
 * <p>A row of a tile holds the four gates of the units in the order i | f | o | g: those that a sigmoid takes come first.
 */
final class Cell {
    private Cell() {}

    /**
     * c = c′ and h = h′ for {@code rows} rows, from the sums in the tile. Offsets and distances between rows are in bytes.
     *
     * @param tile modified: afterwards arbitrary
     * @param c modified
     * @param h written
     * @param gates written: the activated gates, in the tile's order; may be the tile
     */
    static void forward(MemorySegment tile, long atTile, MemorySegment c, long atC, long rowC, MemorySegment h, long atH, long rowH, MemorySegment gates, long atGates,
            long rowGates, int rows) {
        sigmoidDenominators(tile, atTile, rows);
        states(tile, atTile, c, atC, rowC, h, atH, rowH, gates, atGates, rowGates, rows);
    }

    /** s(x) = 1 + e⁻ˣ in place, for the three gates that need it. */
    private static void sigmoidDenominators(MemorySegment tile, long atTile, int rows) {
        FloatVector limit = FloatVector.broadcast(SPECIES, Activations.SIGMOID_LIMIT);
        FloatVector lowest = FloatVector.broadcast(SPECIES, -Activations.SIGMOID_LIMIT);
        FloatVector rounder = FloatVector.broadcast(SPECIES, Activations.ROUNDER);
        FloatVector log2e = FloatVector.broadcast(SPECIES, Activations.LOG2_E);
        FloatVector ln2High = FloatVector.broadcast(SPECIES, -Activations.LN2_HIGH);
        FloatVector ln2Low = FloatVector.broadcast(SPECIES, -Activations.LN2_LOW);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector e2 = FloatVector.broadcast(SPECIES, Activations.E2);
        FloatVector e3 = FloatVector.broadcast(SPECIES, Activations.E3);
        FloatVector e4 = FloatVector.broadcast(SPECIES, Activations.E4);
        FloatVector e5 = FloatVector.broadcast(SPECIES, Activations.E5);
        FloatVector e6 = FloatVector.broadcast(SPECIES, Activations.E6);
        for (int row = 0; row < rows; row++) {
            for (int gate = 0; gate < 3; gate++) {
                long at = atTile + row * PANEL_ROW + gate * VECTOR;
                FloatVector x = FloatVector.fromMemorySegment(SPECIES, tile, at, ORDER).neg();
                x = x.blend(lowest, x.lt(lowest));
                x = x.blend(limit, x.compare(VectorOperators.GT, limit));
                FloatVector shifted = x.fma(log2e, rounder);
                FloatVector n = shifted.sub(rounder);
                FloatVector r = n.fma(ln2Low, n.fma(ln2High, x));
                FloatVector p = r.fma(e6, e5).fma(r, e4).fma(r, e3).fma(r, e2).fma(r.mul(r), r).add(one);
                IntVector power = shifted.reinterpretAsInts().add(127).lanewise(VectorOperators.LSHL, 23);
                p.mul(power.reinterpretAsFloats()).add(one).intoMemorySegment(tile, at, ORDER);
            }
        }
    }

    private static void states(MemorySegment tile, long atTile, MemorySegment c, long atC, long rowC, MemorySegment h, long atH, long rowH, MemorySegment gates,
            long atGates, long rowGates, int rows) {
        FloatVector limit = FloatVector.broadcast(SPECIES, Activations.TANH_LIMIT);
        FloatVector lowest = FloatVector.broadcast(SPECIES, -Activations.TANH_LIMIT);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector p1 = FloatVector.broadcast(SPECIES, Activations.P1);
        FloatVector p2 = FloatVector.broadcast(SPECIES, Activations.P2);
        FloatVector p3 = FloatVector.broadcast(SPECIES, Activations.P3);
        FloatVector p4 = FloatVector.broadcast(SPECIES, Activations.P4);
        FloatVector q1 = FloatVector.broadcast(SPECIES, Activations.Q1);
        FloatVector q2 = FloatVector.broadcast(SPECIES, Activations.Q2);
        FloatVector q3 = FloatVector.broadcast(SPECIES, Activations.Q3);
        FloatVector q4 = FloatVector.broadcast(SPECIES, Activations.Q4);
        for (int row = 0; row < rows; row++) {
            long at = atTile + row * PANEL_ROW;
            FloatVector si = FloatVector.fromMemorySegment(SPECIES, tile, at, ORDER);
            FloatVector f = one.div(FloatVector.fromMemorySegment(SPECIES, tile, at + VECTOR, ORDER));
            FloatVector so = FloatVector.fromMemorySegment(SPECIES, tile, at + 2 * VECTOR, ORDER);
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, tile, at + 3 * VECTOR, ORDER);

            x = x.blend(lowest, x.lt(lowest));
            x = x.blend(limit, x.compare(VectorOperators.GT, limit));
            FloatVector s = x.mul(x);
            FloatVector p = x.mul(p4.fma(s, p3).fma(s, p2).fma(s, p1).fma(s, one));
            FloatVector q = q4.fma(s, q3).fma(s, q2).fma(s, q1).fma(s, one);
            FloatVector r = one.div(q.mul(si));
            FloatVector next = f.fma(FloatVector.fromMemorySegment(SPECIES, c, atC + row * rowC, ORDER), p.mul(r));
            long out = atGates + row * rowGates;
            q.mul(r).intoMemorySegment(gates, out, ORDER);
            f.intoMemorySegment(gates, out + VECTOR, ORDER);
            p.mul(si).mul(r).intoMemorySegment(gates, out + 3 * VECTOR, ORDER);
            next.intoMemorySegment(c, atC + row * rowC, ORDER);

            x = next.blend(lowest, next.lt(lowest));
            x = x.blend(limit, x.compare(VectorOperators.GT, limit));
            s = x.mul(x);
            p = x.mul(p4.fma(s, p3).fma(s, p2).fma(s, p1).fma(s, one));
            q = q4.fma(s, q3).fma(s, q2).fma(s, q1).fma(s, one);
            r = one.div(q.mul(so));
            q.mul(r).intoMemorySegment(gates, out + 2 * VECTOR, ORDER);
            p.mul(r).intoMemorySegment(h, atH + row * rowH, ORDER);
        }
    }

    /**
     * The gradients of the four sums, for {@code rows} rows and {@code vectors} vectors of units, which lie side by side.
     *
     * @param gates activated; row r begins at {@code atGates + r·rowGates}, and those of a vector of units follow those of the one before
     * @param before the cell states before the step
     * @param after the cell states after it
     * @param dh the gradient of h′
     * @param dc modified: from the gradient of c′ to that of c
     * @param out written: the gradients of the sums, gate after gate {@code gateOut} apart in the contract's order i | f | g | o
     */
    static void backward(MemorySegment gates, long atGates, long rowGates, MemorySegment before, long atBefore, long rowBefore, MemorySegment after, long atAfter,
            long rowAfter, MemorySegment dh, long atDh, MemorySegment dc, long atDc, long rowDc, MemorySegment out, long atOut, long rowOut, long gateOut, int rows, int vectors) {
        FloatVector limit = FloatVector.broadcast(SPECIES, Activations.TANH_LIMIT);
        FloatVector lowest = FloatVector.broadcast(SPECIES, -Activations.TANH_LIMIT);
        FloatVector minusOne = FloatVector.broadcast(SPECIES, -1f);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector p1 = FloatVector.broadcast(SPECIES, Activations.P1);
        FloatVector p2 = FloatVector.broadcast(SPECIES, Activations.P2);
        FloatVector p3 = FloatVector.broadcast(SPECIES, Activations.P3);
        FloatVector p4 = FloatVector.broadcast(SPECIES, Activations.P4);
        FloatVector q1 = FloatVector.broadcast(SPECIES, Activations.Q1);
        FloatVector q2 = FloatVector.broadcast(SPECIES, Activations.Q2);
        FloatVector q3 = FloatVector.broadcast(SPECIES, Activations.Q3);
        FloatVector q4 = FloatVector.broadcast(SPECIES, Activations.Q4);
        for (int row = 0; row < rows; row++) {
            for (int v = 0; v < vectors; v++) {
                long from = atGates + row * rowGates + v * PANEL_ROW;
                long unit = v * VECTOR;
                FloatVector i = FloatVector.fromMemorySegment(SPECIES, gates, from, ORDER);
                FloatVector f = FloatVector.fromMemorySegment(SPECIES, gates, from + VECTOR, ORDER);
                FloatVector o = FloatVector.fromMemorySegment(SPECIES, gates, from + 2 * VECTOR, ORDER);
                FloatVector g = FloatVector.fromMemorySegment(SPECIES, gates, from + 3 * VECTOR, ORDER);

                FloatVector x = FloatVector.fromMemorySegment(SPECIES, after, atAfter + row * rowAfter + unit, ORDER);
                x = x.blend(lowest, x.lt(lowest));
                x = x.blend(limit, x.compare(VectorOperators.GT, limit));
                FloatVector s = x.mul(x);
                FloatVector p = x.mul(p4.fma(s, p3).fma(s, p2).fma(s, p1).fma(s, one));
                FloatVector t = p.div(q4.fma(s, q3).fma(s, q2).fma(s, q1).fma(s, one));
                t = t.blend(one, t.compare(VectorOperators.GT, one));
                t = t.blend(minusOne, t.lt(minusOne));

                FloatVector gradientH = FloatVector.fromMemorySegment(SPECIES, dh, atDh + row * PANEL_ROW + unit, ORDER);
                FloatVector gradientC = gradientH.mul(o).fma(t.neg().fma(t, one), FloatVector.fromMemorySegment(SPECIES, dc, atDc + row * rowDc + unit, ORDER));
                FloatVector c = FloatVector.fromMemorySegment(SPECIES, before, atBefore + row * rowBefore + unit, ORDER);
                long to = atOut + row * rowOut + unit;
                gradientC.mul(g).mul(i.mul(one.sub(i))).intoMemorySegment(out, to, ORDER);
                gradientC.mul(c).mul(f.mul(one.sub(f))).intoMemorySegment(out, to + gateOut, ORDER);
                gradientC.mul(i).mul(g.neg().fma(g, one)).intoMemorySegment(out, to + 2 * gateOut, ORDER);
                gradientH.mul(t).mul(o.mul(one.sub(o))).intoMemorySegment(out, to + 3 * gateOut, ORDER);
                gradientC.mul(f).intoMemorySegment(dc, atDc + row * rowDc + unit, ORDER);
            }
        }
    }
}
