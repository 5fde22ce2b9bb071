package dev.sluice.core.nn;

import dev.sluice.api.tensor.Tensor;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The fields in which a kind of module may hold parts and parameters: those of its class and of its superclasses below {@link Module}, but for static, transient and
 * synthetic ones. They are found once for each class.
 */
final class Fields {
    private static final ClassValue<Fields> ALL = new ClassValue<>() {
        @Override
        protected Fields computeValue(Class<?> kind) {
            return new Fields(kind);
        }
    };

    private final List<Field> open = new ArrayList<>();
    private final List<Field> closed = new ArrayList<>(); // those that only Java may look into, of a kind of module
    private final AtomicBoolean warned = new AtomicBoolean();

    private Fields(Class<?> kind) {
        for (Class<?> declaring = kind; declaring != Module.class; declaring = declaring.getSuperclass()) {
            for (Field field : declaring.getDeclaredFields()) {
                if (field.isSynthetic() || Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers()) || !mayHold(field.getGenericType())) {
                    continue;
                }
                if (field.trySetAccessible()) {
                    open.add(field);
                } else if (Module.class.isAssignableFrom(field.getType())) {
                    closed.add(field);
                }
            }
        }
    }

    /** Whether what has this type may be a part or a parameter, or hold some: a vocabulary, {@code Map<String, Integer>}, is not gone through. */
    private static boolean mayHold(Type type) {
        return switch (type) {
            case ParameterizedType of when mayHoldOthers((Class<?>) of.getRawType()) -> Stream.of(of.getActualTypeArguments()).anyMatch(Fields::mayHold);
            case ParameterizedType of -> mayHold(of.getRawType());
            case GenericArrayType array -> mayHold(array.getGenericComponentType());
            case Class<?> c when c.isArray() -> mayHold(c.componentType());
            case Class<?> c -> c.isInterface() || c == Object.class || c == Tensor.class || Module.class.isAssignableFrom(c) || mayHoldOthers(c);
            default -> true;
        };
    }

    private static boolean mayHoldOthers(Class<?> type) {
        return Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
    }

    /**
     * Fails where a field of {@code module} holds a module, or a tensor that gradients arrive in, that is not registered; warns where one may, in a package that is not open to this module.
     *
     * @param parts those of the module itself
     * @param registered its parts and parameters, and theirs
     */
    static void requireRegistered(Module module, List<Module> parts, Set<Object> registered) {
        Fields fields = ALL.get(module.getClass());
        Map<Field, Object> strays = new LinkedHashMap<>();
        for (Field field : fields.open) {
            Object stray = stray(value(field, module), registered);
            if (stray != null) {
                strays.put(field, stray);
            }
        }
        if (!strays.isEmpty()) {
            throw new IllegalStateException(complaint(module, strays));
        }
        if (!fields.closed.isEmpty() && !fields.warned.get()) {
            fields.warn(module, parts);
        }
    }

    private static Object value(Field field, Module module) {
        try {
            return field.get(module);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(field + " was made accessible", e);
        }
    }

    /** The first thing that is not registered of what a field holds, or null. */
    private static Object stray(Object held, Set<Object> registered) {
        return switch (held) {
            case Module part -> registered.contains(part) ? null : part;
            case Tensor tensor -> tensor.requiresGrad() && tensor.isLeaf() && !registered.contains(tensor) ? tensor : null;
            case Collection<?> all -> stray(all.toArray(), registered); // a copy: others may go on writing it
            case Map<?, ?> all -> stray(all.values(), registered);
            case Object[] all -> Stream.of(all).map(one -> stray(one, registered)).filter(Objects::nonNull).findFirst().orElse(null);
            case null, default -> null;
        };
    }

    private static String complaint(Module module, Map<Field, Object> strays) {
        Field field = strays.keySet().iterator().next();
        Object stray = strays.get(field);
        boolean isPart = stray instanceof Module;
        String name = field.getName(), register = isPart ? "module(\"" : "parameter(\"";
        String others = strays.keySet().stream().skip(1).map(other -> ", \"" + other.getName() + "\"").collect(Collectors.joining());
        return module.kind() + ": the field \"" + name + "\"" + (field.getDeclaringClass() == module.getClass() ? "" : " of " + field.getDeclaringClass().getSimpleName()) + " holds "
                + (stray instanceof Module part ? "a module (" + part.kind() + ") that is no part" : "a tensor " + ((Tensor) stray).shape() + " that requires a gradient and is no parameter")
                + " of it" + (others.isEmpty() ? "" : " (likewise" + others.substring(1) + ")") + ": it would not be trained" + (isPart ? ", saved or switched by eval()" : " or saved")
                + "; make it one, " + (value(field, module) == stray ? name + " = " + register + name + "\", …)" : register + name + "\" + i, …) for each")
                + ", or declare the field transient if it is not meant to be";
    }

    private void warn(Module module, List<Module> parts) {
        for (Field field : closed) {
            List<Field> alike = closed.stream().filter(other -> field.getType().isAssignableFrom(other.getType())).toList();
            long fitting = parts.stream().filter(field.getType()::isInstance).count();
            if (alike.size() > fitting && warned.compareAndSet(false, true)) {
                String names = alike.stream().map(other -> "\"" + other.getName() + "\"").collect(Collectors.joining(", ")), last = alike.getLast().getName();
                System.getLogger(Module.class.getName()).log(Level.WARNING, module.kind() + ": " + alike.size() + " fields are of kind " + field.getType().getSimpleName() + " (" + names + "), and " + fitting
                        + " of its parts is; without " + last + " = module(\"" + last + "\", …) or its like, what a field holds is not trained, saved or switched by eval(); write opens "
                        + field.getDeclaringClass().getPackageName() + " to dev.sluice.core; in module-info.java, and it is looked at; declare transient the fields that are not meant to hold parts");
            }
        }
    }
}
