package dev.sluice.core.nn;

import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A part of a model: parameters with names, and other modules with names. Parameters of a part are named with dots from the whole,
 * {@code encoder.lstm.weight_ih_l0}, as PyTorch names them.
 *
 * <pre>{@code
 * final class Tagger extends Module {
 *     private final BiLSTM lstm = module("lstm", new BiLSTM(32, 64));
 *     private final Linear head = module("head", new Linear(128, 4));
 * }
 * }</pre>
 *
 * <p><b>A field alone makes nothing a part</b>, as it would in PyTorch: {@link #module} and {@link #parameter} do, of several each, {@code layers.add(module("layer" + i, …))}. What
 * was forgotten is refused as soon as a module is asked for its parameters, loaded, or switched by {@link #train} or {@link #eval}: an {@link IllegalStateException} names the field
 * that holds a module, a tensor that requires a gradient, or a collection, map or array with one, and the line to write. Declare a field {@code transient} that holds what is not meant
 * to be a part: a teacher, a parent. The package of a class in a named module must be open for that, {@code opens com.example to dev.sluice.core}; if it is not, the log warns of more
 * fields than parts.
 *
 * <p><b>Threads.</b> Any number of threads may run a module at once, with gradients or without, as long as nothing writes its parameters; each backward
 * pass adds its gradients as a whole. One thread at a time trains, loads, or clears gradients. A thread that runs the module meanwhile
 * gets the result of the parameters before, that of the parameters after, or a {@link ConcurrentModificationException}; what it does never
 * changes the training or what is loaded. That holds for what {@link #load}, an optimizer's step and {@link Tensor#write(java.util.Collection, Runnable)}
 * write, and for each {@code forward} of the modules of this library on its own; a model of several parts says so for the whole of its forward, with
 * {@link #undisturbed}. A service that changes its weights while it runs loads them into a second model and exchanges the two:
 * <pre>{@code
 * AtomicReference<Tagger> current = new AtomicReference<>(tagger);
 * Inference.of(() -> current.get().forward(words));    // any thread, for each request
 * current.set(load(path));                             // from time to time: a new Tagger, loaded before anybody sees it
 * }</pre>
 *
 * <p><b>Import it by name</b>, {@code import dev.sluice.core.nn.Module;}, in JShell too, whatever else is imported: there is a {@link java.lang.Module}, and the compiler says of
 * {@code import dev.sluice.core.nn.*} alone "reference to Module is ambiguous", and of {@code import module dev.sluice.core} "cannot inherit from final Module".
 */
public abstract class Module {
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Module> modules = new LinkedHashMap<>();
    private final List<Tensor> own = new ArrayList<>(); // the values of both maps,
    private final List<Module> parts = new ArrayList<>(); // which every pass goes through
    private boolean training = true;

    /** A module without parameters or parts, yet. */
    protected Module() {}

    /**
     * Makes {@code value} a parameter of this module: gradients arrive in it, optimizers change it. Returns it. What is only to be kept with the model, as PyTorch's buffers are, is a
     * parameter too, frozen: {@code parameter("mean", mean).requireGrad(false)}.
     */
    protected final Tensor parameter(String name, Tensor value) {
        requireNew(name);
        parameters.put(name, value.requireGrad());
        own.add(value);
        return value;
    }

    /** Makes {@code part} a part of this module. Returns it. */
    protected final <M extends Module> M module(String name, M part) {
        requireNew(name);
        modules.put(name, part);
        parts.add(part);
        return part;
    }

    /**
     * The result of {@code pass}, which reads parameters of this module and its parts.
     *
     * @throws ConcurrentModificationException when one of them was written meanwhile, so that the result may be made of old numbers and new ones
     */
    protected final <T> T undisturbed(Supplier<T> pass) {
        long before = versions();
        T result = before < 0 ? null : pass.get();
        if (before < 0 || versions() != before) {
            throw disturbed();
        }
        return result;
    }

    /** What every write of a parameter changes; negative while one is being written. */
    private long versions() {
        long sum = 0;
        for (int i = 0; i < own.size(); i++) {
            sum += own.get(i).version();
            if (own.get(i).isBeingWritten()) {
                return -1;
            }
        }
        for (int i = 0; i < parts.size(); i++) {
            long part = parts.get(i).versions();
            if (part < 0) {
                return -1;
            }
            sum += part;
        }
        return sum;
    }

    private ConcurrentModificationException disturbed() {
        return new ConcurrentModificationException(kind() + ": its parameters were written while it ran; load into another model and exchange the two, or let "
                + "nobody run it while they are written");
    }

    private void requireNew(String name) {
        if (name.isEmpty() || name.contains(".") || parameters.containsKey(name) || modules.containsKey(name)) {
            throw new IllegalArgumentException(kind() + ": the name \"" + name + "\"; names must be new in their module, not empty and without dots");
        }
    }

    /**
     * Every parameter by its dotted name, in the order they were made; one that is used under several names comes under each.
     *
     * @throws IllegalStateException when a field of this module or of a part holds a module or a parameter that was not registered
     */
    public final Map<String, Tensor> namedParameters() {
        requireRegistered();
        Map<String, Tensor> all = new LinkedHashMap<>();
        collect("", all);
        return all;
    }

    /** All that is registered here and in parts; whoever asks for this module as a whole is told what a field holds beside it. */
    private Set<Object> requireRegistered() {
        Set<Object> registered = Collections.newSetFromMap(new IdentityHashMap<>());
        registered.add(this);
        registered.addAll(own);
        parts.forEach(part -> registered.addAll(part.requireRegistered()));
        Fields.requireRegistered(this, parts, registered);
        return registered;
    }

    private void collect(String prefix, Map<String, Tensor> all) {
        parameters.forEach((name, tensor) -> all.put(prefix + name, tensor));
        modules.forEach((name, part) -> part.collect(prefix + name + ".", all));
    }

    /** Every parameter, once. */
    public final List<Tensor> parameters() {
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        return namedParameters().values().stream().filter(seen::add).toList();
    }

    /** Whether dropout drops: yes, until {@link #eval}. */
    public final boolean isTraining() {
        return training;
    }

    /** From now on this module and its parts behave as in training; fails as {@link #namedParameters} does. */
    public final void train() {
        requireRegistered();
        training(true);
    }

    /** From now on this module and its parts behave as in use: nothing is dropped. Gradients are still recorded. Fails as {@link #namedParameters} does. */
    public final void eval() {
        requireRegistered();
        training(false);
    }

    private void training(boolean now) {
        training = now;
        parts.forEach(part -> part.training(now));
    }

    /** Clears the gradient of every parameter. */
    public final void clearGradients() {
        parameters().forEach(Tensor::clearGrad);
    }

    /**
     * Whether the parameters of this module and its parts require a gradient from now on, as PyTorch's {@code requires_grad_}. Those that do not are frozen:
     * gradients go through their layer to what came before it, and none arrive in them.
     *
     * <pre>{@code
     * Embedding words = Embedding.of(file.tensor("words"));
     * words.requireGrad(false);                             // the rest of the model is trained, the words stay
     * }</pre>
     */
    public final void requireGrad(boolean required) {
        parameters().forEach(parameter -> parameter.requireGrad(required));
    }

    /**
     * Writes {@code values} into the parameters of the same dotted names.
     *
     * @throws IllegalArgumentException naming what is missing, unexpected or of another shape; nothing is written then
     */
    public final void load(Map<String, Tensor> values) {
        load(values, Tensor::shape, (value, parameter) -> parameter.copyFrom(value));
    }

    /**
     * As {@link #load(Map)}, with values of any kind.
     *
     * @param shape of a value
     * @param write puts a value into a parameter of its shape
     */
    public final <V> void load(Map<String, V> values, Function<V, Shape> shape, BiConsumer<V, Tensor> write) {
        Loading<V> loading = new Loading<>(kind(), namedParameters(), values, shape);
        loading.write(write, loading.unmatched());
    }

    /**
     * As {@link #load}, for what has the same names on both sides; PyTorch's {@code strict=False}.
     *
     * @return what was left alone
     * @throws IllegalArgumentException naming what is of another shape, or when no name is the same; nothing is written then
     */
    public final Unmatched loadMatching(Map<String, Tensor> values) {
        return loadMatching(values, Tensor::shape, (value, parameter) -> parameter.copyFrom(value));
    }

    /** As {@link #loadMatching(Map)}, with values of any kind; see {@link #load(Map, Function, BiConsumer)}. */
    public final <V> Unmatched loadMatching(Map<String, V> values, Function<V, Shape> shape, BiConsumer<V, Tensor> write) {
        Loading<V> loading = new Loading<>(kind(), namedParameters(), values, shape);
        Unmatched unmatched = loading.unmatched();
        loading.requireSome(unmatched);
        loading.write(write, new Unmatched(List.of(), List.of()));
        return unmatched;
    }

    /**
     * @param missing parameters that no value was given for
     * @param unexpected values that there is no parameter for
     */
    public record Unmatched(List<String> missing, List<String> unexpected) {}

    String kind() {
        return getClass().isAnonymousClass() ? "Module" : getClass().getSimpleName();
    }

    /** This module's own settings, for {@link #toString}: {@code 3, 4, layers=2}. */
    protected String settings() {
        return "";
    }

    /** The module and its parts, each with the settings that are not default. */
    @Override
    public String toString() {
        if (modules.isEmpty()) {
            return kind() + "(" + settings() + ")";
        }
        return modules.entrySet().stream().map(e -> "  (" + e.getKey() + "): " + e.getValue().toString().replace("\n", "\n  "))
                .collect(Collectors.joining("\n", kind() + "(" + settings() + "\n", "\n)"));
    }
}
