package dev.sluice.api.tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Models in use: nothing is recorded for gradients, and what is made on the way to the result is recycled.
 *
 * <pre>{@code
 * Tensor scores = Inference.of(() -> model.forward(x));
 * int[] tags = Inference.of(() -> model.forward(x).argmax());
 * }</pre>
 *
 * <p>It holds on the thread that called it. The tasks of a parallel stream or of an executor are not inside it, so each has one of its own; what structured concurrency forks
 * inside records nothing, and what it makes is left to the garbage collector unless it has one, too:
 *
 * <pre>{@code
 * inputs.parallelStream().map(x -> Inference.of(() -> lstm.forward(x).output())).toList();
 * }</pre>
 */
public final class Inference {
    private Inference() {}

    /**
     * The result of {@code action}. A tensor made inside belongs to the {@link TensorScope} around, or to none, as if it had been made there; it is not copied, unless it is a part of
     * a larger one, which is recycled. So are those in a {@link Keepable}, such as {@code LSTMResult}, {@code LSTMState} and {@code PackedSequence}, or in a List, a Map's values, an Optional or an array. What
     * was there before, a parameter or the input, comes back as it is. So does everything else; a tensor in it says, when it is used, that this has ended.
     *
     * <p>A List or Map comes back itself, or, if an element had to be copied, as another one in the same order; an array always itself. What {@code action} throws is thrown here, when all was recycled.
     */
    public static <T, X extends Throwable> T of(ScopedValue.CallableOp<T, X> action) throws X {
        try (TensorScope inside = TensorScope.ofInference()) {
            return keep(Gradients.off(action), inside);
        }
    }

    @SuppressWarnings("unchecked") // what is kept is of the kind that it was
    private static <T> T keep(T result, TensorScope inside) {
        return (T) switch (result) {
            case null -> null;
            case Keepable<?> keepable -> keepable.keep(inside);
            case List<?> list -> list(list, inside);
            case Map<?, ?> map -> map(map, inside);
            case Optional<?> optional -> optional.map(value -> keep(value, inside));
            case Object[] array -> array(array, inside);
            default -> result;
        };
    }

    private static <E> List<E> list(List<E> list, TensorScope inside) {
        List<E> kept = new ArrayList<>(list.size());
        boolean same = true;
        for (E element : list) {
            kept.add(keep(element, inside));
            same &= kept.getLast() == element;
        }
        return same ? list : kept;
    }

    private static <K, V> Map<K, V> map(Map<K, V> map, TensorScope inside) {
        Map<K, V> kept = new LinkedHashMap<>();
        boolean same = true;
        for (Map.Entry<K, V> entry : map.entrySet()) {
            V value = keep(entry.getValue(), inside);
            kept.put(entry.getKey(), value);
            same &= value == entry.getValue();
        }
        return same ? map : kept;
    }

    private static Object[] array(Object[] array, TensorScope inside) {
        for (int i = 0; i < array.length; i++) {
            Object kept = keep(array[i], inside);
            if (kept != array[i]) {
                array[i] = kept;
            }
        }
        return array;
    }
}
