package dev.sluice.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A way in which PyTorch, or somebody's module around it, stores a parameter as something else.
 *
 * @param before what stands before the parameter's own name
 * @param after what stands behind it, once for each tensor that it became
 * @param what it is called
 * @param cure what in Python makes the parameter of it
 */
record Altered(String before, List<String> after, String what, String cure) {
    private static final String PARAMETRIZED = "torch.nn.utils.parametrize.remove_parametrizations(module, name)";

    private static final List<Altered> ALL = List.of(
            new Altered("", List.of("_g", "_v"), "weight normalisation", "torch.nn.utils.remove_weight_norm(module, name)"),
            new Altered("parametrizations.", List.of(".original0", ".original1"), "weight normalisation", PARAMETRIZED),
            new Altered("parametrizations.", List.of(".original"), "a parametrization", PARAMETRIZED),
            new Altered("", List.of("_orig", "_u"), "spectral normalisation", "torch.nn.utils.remove_spectral_norm(module, name)"),
            new Altered("", List.of("_orig", "_mask"), "pruning", "torch.nn.utils.prune.remove(module, name)"),
            new Altered("", List.of("_raw"), "dropout of weights", "state[name] = state.pop(name + \"_raw\")"));

    /** What is to be said of the names that are missing. */
    static List<String> advice(Set<String> missing, Set<String> given) {
        List<String> advice = new ArrayList<>();
        for (Altered altered : ALL) {
            List<String> found = missing.stream().filter(name -> altered.names(name).allMatch(given::contains)).toList();
            if (!found.isEmpty()) {
                advice.add(String.join(", ", altered.names(found.getFirst()).toList()) + (altered.after.size() == 1 ? " is" : " are") + " there instead" + (found.size() == 1 ? "" : ", and so for " + (found.size() - 1) + " more")
                        + ": that is " + altered.what + "; in Python, before saving, do " + altered.cure);
            }
        }
        given.stream().filter(name -> name.contains("_packed_params") || name.contains("_all_weight_values")).findFirst()
                .ifPresent(name -> advice.add(name + " is a quantized module's; save the model as it was before it was quantized"));
        return advice;
    }

    /** The names that are there instead of one. */
    private Stream<String> names(String name) {
        int own = name.lastIndexOf('.') + 1;
        return after.stream().map(end -> name.substring(0, own) + before + name.substring(own) + end);
    }
}
