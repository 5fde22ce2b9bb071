package dev.sluice.core.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a pickle's calls would make: tensors of their storages, the containers of Python's library, and of everything else something inert. Nothing is called. */
final class Calls {
    private final Map<String, Pickled.Storage> storages = new LinkedHashMap<>();

    Map<String, Pickled.Storage> storages() {
        return storages;
    }

    /**
     * @param function what would be called
     */
    Object called(Object function, List<Object> arguments) throws DamagedFileException {
        String name = switch (function) {
            case Pickled.Global global -> global.name();
            case Pickled.Foreign foreign -> foreign.name;
            default -> throw new DamagedFileException("its pickle calls " + Keys.kind(function));
        };
        Object first = arguments.isEmpty() ? Pickled.NONE : arguments.getFirst();
        return switch (name) {
            case "collections.OrderedDict", "collections.Counter" -> arguments.isEmpty() ? new LinkedHashMap<>() : first instanceof Map ? first : new Pickled.Foreign(name, arguments);
            case "collections.defaultdict" -> arguments.size() < 2 ? new LinkedHashMap<>() : new Pickled.Foreign(name, arguments);
            case "__builtin__.set", "builtins.set", "__builtin__.frozenset", "builtins.frozenset" -> first instanceof List ? first : new Pickled.Foreign(name, arguments);
            case "torch.Size" -> first instanceof Pickled.Tuple ? first : new Pickled.Foreign(name, arguments);
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3" -> tensor(name, arguments);
            case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" -> isTensor(first) ? first : opaque(name, arguments);
            case "torch._tensor._rebuild_from_type", "torch._tensor._rebuild_from_type_v2" -> { // (function, type, arguments, attributes)
                boolean known = arguments.size() == 4 && first instanceof Pickled.Global inner && !inner.name().startsWith("torch._tensor.");
                yield known && arguments.get(2) instanceof Pickled.Tuple given ? called(first, given.items()) : opaque(name, arguments);
            }
            default -> name.startsWith("torch._utils._rebuild_") ? opaque(name, arguments) : new Pickled.Foreign(name, arguments);
        };
    }

    private static boolean isTensor(Object item) {
        return item instanceof Pickled.Tensor || item instanceof Pickled.OpaqueTensor;
    }

    /** (storage, offset, sizes, strides, …), of which the third version has the type of the elements as its seventh. */
    private static Object tensor(String function, List<Object> arguments) {
        if (arguments.size() >= 4 && arguments.get(0) instanceof Pickled.Storage storage && arguments.get(1) instanceof Long offset && arguments.get(2) instanceof Pickled.Tuple sizes
                && arguments.get(3) instanceof Pickled.Tuple strides && sizes.items().size() == strides.items().size() && sizes.areCounts() && strides.areCounts() && offset >= 0) {
            ElementType type = storage.type();
            if (function.endsWith("3")) {
                type = arguments.size() > 6 && arguments.get(6) instanceof Pickled.Global dtype ? ElementType.ofDtype(dtype.last()) : ElementType.ofDtype("unknown");
            }
            return new Pickled.Tensor(type, storage, offset, sizes.toArray(), strides.toArray());
        }
        return opaque(function, arguments);
    }

    /** Its shape is the first of its arguments that could be one, and its type that of its storage or of the first name. */
    private static Pickled.OpaqueTensor opaque(String function, List<Object> arguments) {
        List<Object> all = new ArrayList<>(arguments.subList(0, Math.min(arguments.size(), 8)));
        if (all.size() == 2 && all.get(1) instanceof Pickled.Tuple data) { // (layout, data)
            all.addAll(data.items().subList(0, Math.min(data.items().size(), 8)));
        }
        long[] sizes = all.stream().filter(argument -> argument instanceof Pickled.Tuple tuple && tuple.areCounts()).findFirst().map(shape -> ((Pickled.Tuple) shape).toArray()).orElse(null);
        String type = all.stream().map(Calls::typeName).filter(Objects::nonNull).findFirst().orElse("tensor");
        return new Pickled.OpaqueTensor(function, type, sizes);
    }

    private static String typeName(Object argument) {
        return switch (argument) {
            case Pickled.Storage storage -> storage.type().name();
            case Pickled.Tensor values when values.type().type() != DType.I64 -> values.type().name(); // its tensors of whole numbers are places
            case Pickled.Global dtype when dtype.name().startsWith("torch.") -> ElementType.ofDtype(dtype.last()).name();
            default -> null;
        };
    }

    /** What a pickle refers to by ('storage', type, key, device, elements), and in the legacy form a view of it, which is no longer used, or ('module', class, source, text). */
    Object persistent(Object reference) throws DamagedFileException {
        if (!(reference instanceof Pickled.Tuple(List<Object> parts)) || parts.isEmpty()) {
            return new Pickled.Foreign("a reference", List.of());
        } else if (parts.size() >= 2 && parts.getFirst().equals("module")) {
            return parts.get(1);
        } else if (parts.size() >= 5 && parts.size() <= 6 && parts.get(0).equals("storage") && parts.get(1) instanceof Pickled.Global type && parts.get(2) instanceof String key
                && parts.get(4) instanceof Long elements && elements >= 0 && parts.stream().skip(5).allMatch(Pickled.NONE::equals)) {
            Pickled.Storage storage = new Pickled.Storage(ElementType.ofStorage(type.last()), key, elements);
            if (!storages.computeIfAbsent(key, _ -> storage).equals(storage)) {
                throw new DamagedFileException("its pickle describes storage " + key + " in two ways");
            }
            return storage;
        }
        return new Pickled.Foreign("a reference", List.of());
    }
}
