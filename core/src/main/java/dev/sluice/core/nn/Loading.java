package dev.sluice.core.nn;

import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.fit.Misfit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Values and the parameters that they are for, by name.
 *
 * @param kind of the module, for messages
 * @param shape of a value
 */
record Loading<V>(String kind, Map<String, Tensor> parameters, Map<String, V> values, Function<V, Shape> shape) {
    /** So many names of a kind are told before advice on all of them, and so many where there is none. */
    private static final int FEW = 2, MANY = 10;

    /** The names that are on one side only. */
    Module.Unmatched unmatched() {
        return new Module.Unmatched(parameters.keySet().stream().filter(name -> !values.containsKey(name)).toList(), values.keySet().stream().filter(name -> !parameters.containsKey(name)).toList());
    }

    void requireSome(Module.Unmatched unmatched) {
        if (!parameters.isEmpty() && unmatched.missing().size() == parameters.size()) {
            throw new IllegalArgumentException(kind + ".loadMatching: "
                    + (values.isEmpty() ? "no names are given" : "none of the names given, such as " + values.keySet().iterator().next() + ", is a parameter's") + "; at least one of "
                    + parameters.keySet().stream().limit(FEW).toList() + (parameters.size() <= FEW ? "" : " and " + (parameters.size() - FEW) + " more") + " is required" + advice());
        }
    }

    /** Writes what has the same names on both sides; fails, and writes nothing, if shapes differ or a name is {@code refused}. */
    void write(BiConsumer<V, Tensor> write, Module.Unmatched refused) {
        List<String> others = parameters.keySet().stream().filter(name -> values.containsKey(name) && !given(name).equals(required(name))).toList();
        if (!refused.missing().isEmpty() || !others.isEmpty() || !refused.unexpected().isEmpty()) {
            String advice = advice();
            int most = advice.isEmpty() ? MANY : FEW;
            List<String> complaints = new ArrayList<>();
            complain(most, refused.missing(), "missing", name -> "missing " + name + " " + required(name), complaints);
            complain(most, others, "of other shapes", name -> name + " is " + given(name) + ", " + required(name) + " is required", complaints);
            complain(most, refused.unexpected(), "unexpected", name -> "unexpected " + name, complaints);
            throw new IllegalArgumentException(kind + ".load: " + String.join("; ", complaints) + advice);
        }
        Map<String, Tensor> written = new LinkedHashMap<>(parameters);
        written.keySet().retainAll(values.keySet());
        Tensor.write(written.values(), () -> written.forEach((name, tensor) -> write.accept(values.get(name), tensor)));
    }

    private Shape given(String name) {
        return shape.apply(values.get(name));
    }

    private Shape required(String name) {
        return parameters.get(name).shape();
    }

    private String advice() {
        return Misfit.advice(parameters.keySet(), values.keySet(), this::given) + Misfit.differences(parameters.keySet(), values.keySet());
    }

    private static void complain(int most, List<String> names, String what, UnaryOperator<String> complaint, List<String> complaints) {
        names.stream().limit(most).map(complaint).forEach(complaints::add);
        if (names.size() > most) {
            complaints.add(names.size() - most + " more " + what);
        }
    }
}
