package dev.sluice.api.tensor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Tensors as PyTorch prints them: four decimals or, where the numbers lie far apart, powers of ten; all numbers equally wide; lines of 80
 * characters; of more than 1000 elements only the first and last three of each dimension. Zeros and what is no finite number take part in no width.
 */
final class TensorText {
    private static final int DECIMALS = 4;
    private static final int LINE = 80;
    private static final int MOST_ELEMENTS = 1000;
    private static final int EDGE = 3;
    private static final String OPENING = "tensor(";

    private final Shape shape;
    private final boolean shortened;
    private final IntFunction<String> number;

    private TensorText(Shape shape, IntFunction<String> number) {
        this.shape = shape;
        this.shortened = shape.elements() > MOST_ELEMENTS;
        this.number = number;
    }

    static String of(Tensor tensor) {
        float[] values = tensor.toArray();
        int[] shown = new TensorText(tensor.shape(), null).shownElements();
        Style style = Style.of(values, shown);
        int width = width(IntStream.of(shown).filter(i -> values[i] != 0 && Float.isFinite(values[i])).toArray(), i -> style.text(values[i]));
        String note = tensor.gradientNote();
        return new TensorText(tensor.shape(), i -> pad(style.text(values[i]), width)).text(width, note);
    }

    static String of(Mask mask) {
        boolean[] values = mask.toArray();
        IntFunction<String> text = i -> values[i] ? "True" : "False";
        int width = width(new TensorText(mask.shape(), null).shownElements(), text);
        return new TensorText(mask.shape(), i -> pad(text.apply(i), width)).text(width, "");
    }

    private String text(int width, String note) {
        String suffix = note.isEmpty() ? ")" : ", " + note + ")";
        if (shape.elements() == 0) {
            return OPENING + "[]" + (shape.rank() == 1 ? "" : ", size=" + shape.toString().replace('[', '(').replace(']', ')')) + suffix;
        }
        return OPENING + dimension(0, 0, OPENING.length(), width) + suffix;
    }

    private String dimension(int dimension, int start, int indent, int width) {
        if (dimension == shape.rank()) {
            return number.apply(start);
        }
        int stride = shape.elementsFrom(dimension + 1);
        List<String> parts = new ArrayList<>();
        int previous = -1;
        for (int index : shown(shape.size(dimension))) {
            if (index != previous + 1) {
                parts.add(dimension == shape.rank() - 1 ? " ..." : "...");
            }
            parts.add(dimension(dimension + 1, start + index * stride, indent + 1, width));
            previous = index;
        }
        if (dimension < shape.rank() - 1) {
            String gap = "," + "\n".repeat(shape.rank() - 1 - dimension) + " ".repeat(indent + 1);
            return "[" + String.join(gap, parts) + "]";
        }
        int perLine = Math.max(1, (LINE - indent) / (width + 2));
        return IntStream.range(0, Math.ceilDiv(parts.size(), perLine))
                .mapToObj(i -> String.join(", ", parts.subList(i * perLine, Math.min(parts.size(), (i + 1) * perLine))))
                .collect(Collectors.joining(",\n" + " ".repeat(indent + 1), "[", "]"));
    }

    /** The indices of a dimension that are printed. */
    private int[] shown(int size) {
        return IntStream.range(0, size).filter(i -> !shortened || size <= 2 * EDGE || i < EDGE || i >= size - EDGE).toArray();
    }

    private int[] shownElements() {
        int[] elements = shape.elements() == 0 ? new int[0] : new int[1];
        for (int d = 0; d < shape.rank(); d++) {
            int size = shape.size(d);
            int[] indices = shown(size);
            elements = IntStream.of(elements).flatMap(start -> IntStream.of(indices).map(i -> start * size + i)).toArray();
        }
        return elements;
    }

    private static int width(int[] elements, IntFunction<String> text) {
        return IntStream.of(elements).mapToObj(text).mapToInt(String::length).max().orElse(1);
    }

    private static String pad(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }

    /** How the numbers of one tensor are written. */
    private enum Style {
        WHOLE,
        DECIMAL,
        SCIENTIFIC;

        static Style of(float[] values, int[] shown) {
            double smallest = Double.POSITIVE_INFINITY;
            double largest = 0;
            boolean whole = true;
            for (int i : shown) {
                double size = Math.abs((double) values[i]);
                if (size > 0 && size < Double.POSITIVE_INFINITY) {
                    smallest = Math.min(smallest, size);
                    largest = Math.max(largest, size);
                    whole &= size == Math.rint(size);
                }
            }
            boolean apart = largest > 0 && (largest / smallest > 1000 || largest > 1e8 || !whole && smallest < 1e-4);
            return apart ? SCIENTIFIC : whole ? WHOLE : DECIMAL;
        }

        String text(float value) {
            if (Float.isNaN(value)) {
                return "nan";
            }
            if (Float.isInfinite(value)) {
                return value > 0 ? "inf" : "-inf";
            }
            String sign = Float.floatToRawIntBits(value) < 0 ? "-" : "";
            BigDecimal exact = new BigDecimal(value).abs();
            return sign + switch (this) {
                case WHOLE -> exact.setScale(0, RoundingMode.HALF_EVEN).toPlainString() + ".";
                case DECIMAL -> exact.setScale(DECIMALS, RoundingMode.HALF_EVEN).toPlainString();
                case SCIENTIFIC -> scientific(exact);
            };
        }

        private static String scientific(BigDecimal value) {
            BigDecimal rounded = value.round(new MathContext(DECIMALS + 1, RoundingMode.HALF_EVEN));
            int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
            String digits = rounded.movePointLeft(exponent).setScale(DECIMALS, RoundingMode.HALF_EVEN).toPlainString();
            return String.format(Locale.ROOT, "%se%s%02d", digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
        }
    }
}
