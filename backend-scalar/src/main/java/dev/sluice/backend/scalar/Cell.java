package dev.sluice.backend.scalar;

import static dev.sluice.api.Activations.sigmoidDenominator;
import static dev.sluice.api.Activations.tanh;
import static dev.sluice.api.Activations.tanhArgument;
import static dev.sluice.api.Activations.tanhDenominator;
import static dev.sluice.api.Activations.tanhNumerator;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.sluice.api.Matrix;
import java.lang.foreign.MemorySegment;

/** The LSTM cell and its gradient for one row, as {@link dev.sluice.api.Backend} writes them. */
final class Cell {
    private Cell() {}

    static void forward(Matrix gates, Matrix c, Matrix nextC, Matrix nextH, int row) {
        MemorySegment gate = gates.segment();
        MemorySegment cell = c.segment();
        MemorySegment nextCell = nextC.segment();
        MemorySegment hidden = nextH.segment();
        int units = c.columns();
        long atC = c.row(row), atNextC = nextC.row(row), atH = nextH.row(row);
        long atI = gates.row(row), atF = atI + units, atG = atF + units, atO = atG + units;
        for (int u = 0; u < units; u++) {
            float sigmoidI = sigmoidDenominator(gate.getAtIndex(JAVA_FLOAT, atI + u));
            float argumentG = tanhArgument(gate.getAtIndex(JAVA_FLOAT, atG + u));
            float p = tanhNumerator(argumentG);
            float q = tanhDenominator(argumentG);
            float r = 1f / (q * sigmoidI);
            float f = 1f / sigmoidDenominator(gate.getAtIndex(JAVA_FLOAT, atF + u));
            float next = Math.fma(f, cell.getAtIndex(JAVA_FLOAT, atC + u), p * r);

            float sigmoidO = sigmoidDenominator(gate.getAtIndex(JAVA_FLOAT, atO + u));
            float argumentC = tanhArgument(next);
            float qc = tanhDenominator(argumentC);
            float rc = 1f / (qc * sigmoidO);

            gate.setAtIndex(JAVA_FLOAT, atI + u, q * r);
            gate.setAtIndex(JAVA_FLOAT, atF + u, f);
            gate.setAtIndex(JAVA_FLOAT, atG + u, p * sigmoidI * r);
            gate.setAtIndex(JAVA_FLOAT, atO + u, qc * rc);
            nextCell.setAtIndex(JAVA_FLOAT, atNextC + u, next);
            hidden.setAtIndex(JAVA_FLOAT, atH + u, tanhNumerator(argumentC) * rc);
        }
    }

    static void backward(Matrix gates, Matrix c, Matrix nextC, Matrix dh, Matrix dc, Matrix dGates, int row) {
        MemorySegment gate = gates.segment();
        MemorySegment cell = c.segment();
        MemorySegment nextCell = nextC.segment();
        MemorySegment dHidden = dh.segment();
        MemorySegment dCell = dc.segment();
        MemorySegment dGate = dGates.segment();
        int units = c.columns();
        long atC = c.row(row), atNextC = nextC.row(row), atDh = dh.row(row), atDc = dc.row(row);
        long atI = gates.row(row), atF = atI + units, atG = atF + units, atO = atG + units;
        long toI = dGates.row(row), toF = toI + units, toG = toF + units, toO = toG + units;
        for (int u = 0; u < units; u++) {
            float i = gate.getAtIndex(JAVA_FLOAT, atI + u);
            float f = gate.getAtIndex(JAVA_FLOAT, atF + u);
            float g = gate.getAtIndex(JAVA_FLOAT, atG + u);
            float o = gate.getAtIndex(JAVA_FLOAT, atO + u);
            float t = tanh(nextCell.getAtIndex(JAVA_FLOAT, atNextC + u));
            float gradientH = dHidden.getAtIndex(JAVA_FLOAT, atDh + u);
            float gradientC = Math.fma(gradientH * o, Math.fma(-t, t, 1f), dCell.getAtIndex(JAVA_FLOAT, atDc + u));

            dGate.setAtIndex(JAVA_FLOAT, toI + u, gradientC * g * (i * (1f - i)));
            dGate.setAtIndex(JAVA_FLOAT, toF + u, gradientC * cell.getAtIndex(JAVA_FLOAT, atC + u) * (f * (1f - f)));
            dGate.setAtIndex(JAVA_FLOAT, toG + u, gradientC * i * Math.fma(-g, g, 1f));
            dGate.setAtIndex(JAVA_FLOAT, toO + u, gradientH * t * (o * (1f - o)));
            dCell.setAtIndex(JAVA_FLOAT, atDc + u, gradientC * f);
        }
    }
}
