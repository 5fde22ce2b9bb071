package dev.sluice.core;

import dev.sluice.api.tensor.Tensor;
import java.util.Arrays;

/**
 * Sequences of different lengths in one tensor, the shorter ones filled up.
 *
 * @param data [batch, steps, ..] or [steps, batch, ..], as {@code layout} says
 * @param lengths the length of each sequence
 */
public record Padded(Tensor data, int[] lengths, Layout layout) {
    @Override
    public String toString() {
        return "Padded(" + data.shape() + ", lengths=" + Arrays.toString(lengths) + ", " + layout + ")";
    }
}
