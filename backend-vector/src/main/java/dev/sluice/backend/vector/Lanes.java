package dev.sluice.backend.vector;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vectors this processor prefers, and the panels that matrices are cut into: four vectors side by side. */
final class Lanes {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Floats in a vector. */
    static final int COUNT = SPECIES.length();

    /** Bytes of a vector. */
    static final long VECTOR = 4L * COUNT;

    /** Vectors in a panel. */
    static final int VECTORS = 4;

    /** Columns of a panel, the floats in one of its rows. */
    static final int PANEL = VECTORS * COUNT;

    /** Bytes of a panel's row. */
    static final long PANEL_ROW = VECTORS * VECTOR;

    /** Vector registers: x86 has 32 only with AVX-512; others that Java has vectors for have 32. */
    static final int REGISTERS = System.getProperty("os.arch").matches("amd64|x86_64|x86|i386") && COUNT < 16 ? 16 : 32;

    private Lanes() {}

    /** How many panels have room for {@code columns}. */
    static int panels(int columns) {
        return Math.ceilDiv(columns, PANEL);
    }

    /** How many vectors have room for {@code count} floats. */
    static int vectors(int count) {
        return Math.ceilDiv(count, COUNT);
    }

    /** {@code count} filled up to whole vectors. */
    static int padded(int count) {
        return vectors(count) * COUNT;
    }
}
